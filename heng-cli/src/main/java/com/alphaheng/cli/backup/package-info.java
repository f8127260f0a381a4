/// Backup and restore: everything that cannot be made again, in one zip file that any zip program opens.
///
///     topics/heng.roadmap/0.ndjson   one record a line: {"offset", "timestamp", "key", "value"}
///     topics/heng.logs/0.ndjson ...
///     manifest.json                  what there is, with the SHA-256 of every entry
package com.alphaheng.cli.backup;

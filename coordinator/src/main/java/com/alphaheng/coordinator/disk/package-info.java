/// What the coordinator keeps on its own disk: contents of artifacts, nothing that decides anything.
package com.alphaheng.coordinator.disk;

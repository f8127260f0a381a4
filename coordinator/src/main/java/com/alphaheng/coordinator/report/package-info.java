/// Reports as documents: facts of a campaign, replayed from the event log, become blocks of text, tables and charts,
/// and those become Markdown or HTML. Pure: no clock, no files, no network; the same facts always give the same bytes.
package com.alphaheng.coordinator.report;

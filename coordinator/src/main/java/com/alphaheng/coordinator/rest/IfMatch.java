package com.alphaheng.coordinator.rest;

import com.alphaheng.coordinator.roadmap.RoadmapCommand;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The header `If-Match` of requests that change a campaign: they are refused with 412 if its tasks are no longer
/// defined as the asker has seen them. The tag is the campaign's `definition`, in quotes; it changes when tasks are
/// added, changed or removed, not when they run.
final class IfMatch {
    static final String HEADER = "If-Match";
    private static final Pattern TAGS = Pattern.compile("\\s*(W/)?\"([^\"]*)\"\\s*(?:,|$)");
    /// No campaign has it: definitions are counted from 1.
    private static final long NEVER = -1;

    private IfMatch() {
    }

    /// The command, to be carried out under that condition only.
    ///
    /// @param header its value, or null if it was not sent
    static RoadmapCommand guard(String header, String campaign, RoadmapCommand command) {
        return header == null ? command : new RoadmapCommand.IfUnchanged(campaign, header.strip().equals("*")
                ? Set.of() : definitions(header), command);
    }

    /// A weak tag, such as that of a whole answer, never matches here (RFC 9110, 13.1.1), nor does one that is not
    /// ours.
    private static Set<Long> definitions(String header) {
        Set<Long> definitions = new HashSet<>(Set.of(NEVER));
        Matcher tags = TAGS.matcher(header);
        int end = 0;
        while (tags.find() && tags.start() == end) {
            end = tags.end();
            if (tags.group(1) == null && tags.group(2).matches("[0-9]{1,18}")) {
                definitions.add(Long.valueOf(tags.group(2)));
            }
        }
        if (end != header.length()) {
            throw ApiProblem.badRequest("If-Match is no list of entity tags", "send If-Match: \"7\", where 7 is the "
                    + "campaign's 'definition', or If-Match: *");
        }
        return definitions;
    }
}

package com.alphaheng.coordinator.roadmap;

import com.alphaheng.protocol.CoordinatorMessage;
import java.util.List;

/// The answer to a command: facts to append and replay, then, once they are durable, messages to send and a reply.
public record Decision(List<RoadmapEvent> events, List<CoordinatorMessage> messages, Reply reply) {
    public static final Decision NOTHING = new Decision(List.of(), List.of(), new Reply.Silence());

    public Decision {
        events = List.copyOf(events);
        messages = List.copyOf(messages);
    }

    static Decision reply(Reply reply) {
        return new Decision(List.of(), List.of(), reply);
    }
}

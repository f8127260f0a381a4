package com.alphaheng.coordinator.roadmap;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// Every field of a roadmap as text, found by reflection: whoever adds one to the state and forgets the snapshot is
/// told by the comparison of two dumps.
final class StateDump {
    /// What does not follow from the log alone, or only says who has looked: nothing is decided by it.
    private static final Set<String> LEFT_OUT = Set.of("RoadmapState.visited", "RoadmapState.changed",
            "ReadyIndex.pools", "Campaign.listener", "RoadmapState.shared", "Campaign.shared");

    private final IdentityHashMap<Object, String> names = new IdentityHashMap<>();
    private final Deque<Object> open = new ArrayDeque<>();
    private final StringBuilder text = new StringBuilder();

    private StateDump() {
    }

    static String of(RoadmapState state) {
        StateDump dump = new StateDump();
        dump.say(state);
        while (!dump.open.isEmpty()) {
            dump.fields(dump.open.poll());
        }
        return dump.text.toString();
    }

    private void fields(Object entity) {
        for (Field field : entity.getClass().getDeclaredFields()) {
            String name = entity.getClass().getSimpleName() + "." + field.getName();
            if (!Modifier.isStatic(field.getModifiers()) && !LEFT_OUT.contains(name) && !field.isSynthetic()) {
                field.setAccessible(true);
                try {
                    text.append(names.get(entity)).append('.').append(field.getName()).append(" = ")
                            .append(say(field.get(entity))).append('\n');
                } catch (IllegalAccessException e) {
                    throw new AssertionError(e);
                }
            }
        }
    }

    private String say(Object value) {
        return switch (value) {
            case null -> "null";
            case Optional<?> optional -> optional.map(this::say).orElse("-");
            case Map<?, ?> map -> map.entrySet().stream().map(entry -> say(entry.getKey()) + ": "
                    + say(entry.getValue())).collect(Collectors.joining(", ", "{", "}"));
            case Collection<?> collection -> collection.stream().map(this::say)
                    .collect(Collectors.joining(", ", "[", "]"));
            case Task task -> name(task, "task " + task.campaign().name() + "/" + task.name());
            case Attempt attempt -> name(attempt, "attempt " + attempt.id());
            case Worker worker -> name(worker, "worker " + worker.id());
            case Campaign campaign -> name(campaign, "campaign " + campaign.name());
            case Webhook webhook -> name(webhook, "webhook " + webhook.name());
            case Record some when some.getClass().getNestHost() == LeaseIndex.class -> components(some);
            case Record plain -> plain.toString();
            case Enum<?> constant -> constant.toString();
            case Object entity when entity.getClass().getPackage() == StateDump.class.getPackage() ->
                    name(entity, entity.getClass().getSimpleName());
            default -> value.toString();
        };
    }

    private String name(Object entity, String name) {
        if (names.put(entity, name) == null) {
            open.add(entity);
        }
        return name;
    }

    private String components(Record some) {
        return List.of(some.getClass().getRecordComponents()).stream().map(component -> {
            try {
                component.getAccessor().setAccessible(true);
                return component.getName() + "=" + say(component.getAccessor().invoke(some));
            } catch (ReflectiveOperationException e) {
                throw new AssertionError(e);
            }
        }).collect(Collectors.joining(" ", "(", ")"));
    }
}

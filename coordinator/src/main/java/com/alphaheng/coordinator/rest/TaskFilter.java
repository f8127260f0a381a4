package com.alphaheng.coordinator.rest;

import com.alphaheng.coordinator.roadmap.Task;
import com.alphaheng.coordinator.roadmap.TaskStatus;
import com.alphaheng.spec.Priority;
import jakarta.ws.rs.QueryParam;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;

/// Which tasks a list is to show, as query parameters; absent ones let everything through.
public class TaskFilter {
    /// Several may be given, separated by commas.
    @QueryParam("status")
    String status;
    @QueryParam("category")
    String category;
    @QueryParam("priority")
    String priority;
    /// The worker of its latest attempt.
    @QueryParam("worker")
    String worker;
    /// Part of the name or the prompt.
    @QueryParam("q")
    String text;

    Predicate<Task> predicate() {
        Predicate<Task> all = task -> true;
        if (given(status)) {
            List<TaskStatus> wanted = Arrays.stream(status.split(",")).map(word ->
                    constant(TaskStatus.class, "status", word)).toList();
            all = all.and(task -> wanted.contains(task.status()));
        }
        if (given(category)) {
            all = all.and(task -> task.spec().category().word().equalsIgnoreCase(category));
        }
        if (given(priority)) {
            Priority wanted = constant(Priority.class, "priority", priority);
            all = all.and(task -> task.spec().priority() == wanted);
        }
        if (given(worker)) {
            all = all.and(task -> task.lastAttempt().filter(attempt -> attempt.worker().equals(worker)).isPresent());
        }
        if (given(text)) {
            String wanted = text.toLowerCase(Locale.ROOT);
            all = all.and(task -> task.name().toLowerCase(Locale.ROOT).contains(wanted)
                    || task.spec().prompt().toLowerCase(Locale.ROOT).contains(wanted));
        }
        return all;
    }

    private static boolean given(String parameter) {
        return parameter != null && !parameter.isBlank();
    }

    private static <E extends Enum<E>> E constant(Class<E> type, String parameter, String word) {
        return Arrays.stream(type.getEnumConstants()).filter(value -> value.name().equalsIgnoreCase(word.strip()))
                .findFirst().orElseThrow(() -> new ApiProblem(400, "Bad Request", "there is no " + parameter + " '"
                        + word + "'", "use one of " + Arrays.toString(type.getEnumConstants())));
    }
}

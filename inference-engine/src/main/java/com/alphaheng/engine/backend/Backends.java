package com.alphaheng.engine.backend;

import java.util.Comparator;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Collectors;

/// The back ends on the class path, found as services, best first.
public final class Backends {

    private Backends() { }

    public static List<Backend> all() {
        return ServiceLoader.load(Backend.class).stream().map(ServiceLoader.Provider::get)
            .sorted(Comparator.comparingInt(Backend::preference).reversed()).toList();
    }

    /// The back end of this name, or for `auto` the best available one.
    ///
    /// @throws BackendUnavailableException with the reason
    public static Backend choose(String name) {
        List<Backend> all = all();
        if (name.equals("auto")) {
            return all.stream().filter(backend -> backend.probe() instanceof Availability.Available).findFirst()
                .orElseThrow(() -> new BackendUnavailableException("no back end is available here"));
        }
        Backend chosen = all.stream().filter(backend -> backend.name().equals(name)).findFirst()
            .orElseThrow(() -> new BackendUnavailableException("unknown back end '" + name + "': there are "
                + all.stream().map(Backend::name).collect(Collectors.joining(", "))));
        return switch (chosen.probe()) {
            case Availability.Available available -> chosen;
            case Availability.Unavailable unavailable -> throw new BackendUnavailableException("back end '" + name
                + "' is not available: " + unavailable.reason());
        };
    }
}

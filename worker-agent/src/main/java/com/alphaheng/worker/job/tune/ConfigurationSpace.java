package com.alphaheng.worker.job.tune;

import com.alphaheng.spec.TuneParameter;
import com.alphaheng.spec.TuneSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/// The configurations of a search that satisfy its constraints.
final class ConfigurationSpace {
    /// Draws without success after which the space counts as used up.
    private static final int PATIENCE = 2_000;

    private final TuneSpec spec;

    ConfigurationSpace(TuneSpec spec) {
        this.spec = spec;
    }

    /// The first configurations in order, the last parameter's values changing fastest.
    ///
    /// @param most at most so many
    List<Map<String, String>> inOrder(int most) {
        List<Map<String, String>> found = new ArrayList<>();
        extend(new LinkedHashMap<>(), 0, most, found);
        return found;
    }

    private void extend(Map<String, String> chosen, int next, int most, List<Map<String, String>> found) {
        if (next == spec.parameters().size()) {
            if (admissible(chosen)) {
                found.add(new LinkedHashMap<>(chosen));
            }
            return;
        }
        TuneParameter parameter = spec.parameters().get(next);
        for (String value : parameter.values()) {
            if (found.size() == most) {
                return;
            }
            chosen.put(parameter.name(), value);
            extend(chosen, next + 1, most, found);
        }
        chosen.remove(parameter.name());
    }

    /// Configurations drawn by the search's seed, none twice.
    ///
    /// @param most at most so many; fewer if hardly any others are left
    List<Map<String, String>> drawn(int most) {
        Random random = new Random(spec.seed());
        Set<Map<String, String>> found = new LinkedHashSet<>();
        for (int misses = 0; found.size() < most && misses < PATIENCE;) {
            Map<String, String> drawn = new LinkedHashMap<>();
            spec.parameters().forEach(parameter -> drawn.put(parameter.name(),
                    parameter.values().get(random.nextInt(parameter.values().size()))));
            misses = admissible(drawn) && found.add(drawn) ? 0 : misses + 1;
        }
        return List.copyOf(found);
    }

    private boolean admissible(Map<String, String> configuration) {
        return spec.constraints().stream().allMatch(constraint -> constraint.holds(configuration));
    }
}

package com.alphaheng.worker.job.measure;

import com.alphaheng.worker.job.StopSwitch;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.Consumer;

/// Holds measurements back while heat slows the machine down: a hot base against a cooled candidate would be a gain
/// that nobody made. Where the machine does not tell, it says so once and lets everything pass.
public final class ThermalGate {
    private final Thermometer thermometer;
    private final Settings settings;
    private final InstantSource clock;
    private final Consumer<String> log;
    private boolean saidUnknown;
    private Duration waited = Duration.ZERO;

    /// @param most how long to wait for it to cool down; zero opens the gate for good
    /// @param look how often to look meanwhile
    public record Settings(Duration most, Duration look) {
        /// Never closed.
        public static final Settings OPEN = new Settings(Duration.ZERO, Duration.ofSeconds(5));
    }

    /// What became of a wait.
    public sealed interface Passage {
        /// Not slowed down, nobody can tell, or the gate is open for good.
        record Free(Heat heat) implements Passage {
        }

        /// Slowed down for the whole time.
        record TooHot(Heat heat) implements Passage {
        }

        /// The switch was thrown meanwhile.
        record Stopped() implements Passage {
        }
    }

    /// @param log told when it waits, and for what
    public ThermalGate(Thermometer thermometer, Settings settings, InstantSource clock, Consumer<String> log) {
        this.thermometer = thermometer;
        this.settings = settings;
        this.clock = clock;
        this.log = log;
    }

    /// Waits until heat no longer slows the machine down.
    ///
    /// @param limit wait no longer than this, even if the settings allow more
    public Passage pass(StopSwitch stop, Duration limit) {
        Heat heat = thermometer.read();
        if (settings.most().isZero()) {
            return new Passage.Free(heat);
        }
        if (heat.slowed().isEmpty() && !saidUnknown) {
            saidUnknown = true;
            log.accept("thermal gate unavailable: " + heat.describe());
        }
        if (!heat.slowed().orElse(false)) {
            return new Passage.Free(heat);
        }
        Instant start = clock.instant();
        Duration most = limit.compareTo(settings.most()) < 0 ? limit : settings.most();
        log.accept("thermal gate: waiting up to " + most.toSeconds() + " s, " + heat.describe());
        while (heat.slowed().orElse(false) && since(start).compareTo(most) < 0) {
            if (stop.awaitStop(settings.look())) {
                return new Passage.Stopped();
            }
            heat = thermometer.read();
        }
        waited = waited.plus(since(start));
        boolean slowed = heat.slowed().orElse(false);
        log.accept("thermal gate: " + (slowed ? "still closed" : "open") + " after " + since(start).toSeconds()
                + " s, " + heat.describe());
        return slowed ? new Passage.TooHot(heat) : new Passage.Free(heat);
    }

    /// The heat now, for the record.
    public Heat read() {
        return thermometer.read();
    }

    /// Whether what was just measured may stand: heat did not slow the machine down meanwhile, or the gate is open.
    public boolean lets(Heat after) {
        return settings.most().isZero() || !after.slowed().orElse(false);
    }

    /// Time spent waiting so far, which is no part of a benchmark's budget.
    public Duration waited() {
        return waited;
    }

    private Duration since(Instant start) {
        return Duration.between(start, clock.instant());
    }
}

package com.alphaheng.cli.faults;

import com.alphaheng.cli.Surroundings;
import com.alphaheng.cli.simulate.FleetObserver;
import com.alphaheng.cli.simulate.SimulatedFleet;
import com.alphaheng.protocol.AttemptId;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;

/// Simulated workers as a process that can be killed. They speak the real protocol and work by waiting; for every
/// attempt brought to its end a line `campaign/task#epoch` goes to a file before the report goes to Kafka.
///
///     FleetMain BROKER PREFIX WORKERS MEAN_MILLISECONDS FILE
final class FleetMain {
    private FleetMain() {
    }

    public static void main(String[] arguments) throws IOException {
        Surroundings.quietLibraries();
        try (OutputStream journal = Files.newOutputStream(Path.of(arguments[4]), StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
                SimulatedFleet fleet = new SimulatedFleet(arguments[0], arguments[1], Integer.parseInt(arguments[2]),
                        Duration.ofMillis(Long.parseLong(arguments[3])), 0, System.nanoTime(),
                        new Journal(journal))) {
            while (true) {
                fleet.run(Duration.ofMinutes(1));
            }
        }
    }

    private record Journal(OutputStream file) implements FleetObserver {
        @Override
        public void assigned(AttemptId attempt) {
            // Only ends are of interest.
        }

        @Override
        public void finishing(AttemptId attempt) {
            try {
                file.write((attempt + "\n").getBytes(StandardCharsets.US_ASCII));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void died() {
            throw new AssertionError("nobody is asked to die here");
        }
    }
}

package com.alphaheng.cli.up;

import com.alphaheng.cli.Surroundings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Command lines of the programs that `heng up` and `heng worker` start, from the parts the launcher built.
public final class Programs {
    private Programs() {
    }

    static List<String> broker(Path folder, int port, String listen, String advertise) {
        List<String> command = java(256);
        command.add("-cp");
        command.add(System.getProperty("java.class.path")); // The broker is one of this program's own libraries.
        command.addAll(List.of("com.alphaheng.broker.BrokerMain", folder.toString(), Integer.toString(port), listen,
                advertise));
        return command;
    }

    static List<String> coordinator(List<String> options) {
        return quarkus("coordinator", 512, options);
    }

    public static List<String> worker(List<String> options) {
        return quarkus("worker-agent", 256, options);
    }

    private static List<String> quarkus(String module, int megabytes, List<String> options) {
        List<String> command = java(megabytes);
        command.addAll(options);
        command.add("-jar");
        command.add(Surroundings.build().resolve(module + "/target/quarkus-app/quarkus-run.jar").toString());
        return command;
    }

    /// Small heaps and few threads: what is measured beside these programs should have the machine.
    private static List<String> java(int megabytes) {
        return new ArrayList<>(List.of(Surroundings.java().toString(), "-Xmx" + megabytes + "m", "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1", "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow"));
    }
}

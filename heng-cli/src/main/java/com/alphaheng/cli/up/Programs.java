package com.alphaheng.cli.up;

import com.alphaheng.broker.BrokerMain;
import com.alphaheng.cli.Surroundings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Command lines of the programs that `heng up` and `heng worker` start, from the parts the launcher built.
public final class Programs {
    private Programs() {
    }

    static List<String> broker(Path folder, int port, String listen, String advertise) {
        return own(256, BrokerMain.class, List.of(folder.toString(), Integer.toString(port), listen, advertise));
    }

    static List<String> coordinator(List<String> options) {
        return coordinator(512, options);
    }

    static List<String> coordinator(int megabytes, List<String> options) {
        return quarkus("coordinator", megabytes, options);
    }

    /// Another program out of this one's own libraries.
    public static List<String> own(int megabytes, Class<?> main, List<String> arguments) {
        List<String> command = java(megabytes);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(arguments);
        return command;
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

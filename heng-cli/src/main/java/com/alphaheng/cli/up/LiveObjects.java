package com.alphaheng.cli.up;

import com.alphaheng.cli.CliException;
import com.alphaheng.cli.Surroundings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/// What a Java process keeps in its heap after a full collection, as the JDK's `jcmd` counts it.
///
/// @param bytes of all live objects
public record LiveObjects(long bytes) {
    public static LiveObjects of(ChildProcess process) {
        String command = Surroundings.java().resolveSibling("jcmd").toString();
        try {
            Process count = new ProcessBuilder(command, Long.toString(process.handle().pid()), "GC.class_histogram")
                    .redirectErrorStream(true).start();
            String table = new String(count.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return table.lines().filter(line -> line.startsWith("Total")).findFirst()
                    .map(line -> new LiveObjects(Long.parseLong(line.split("\\s+")[2])))
                    .orElseThrow(() -> CliException.failed("jcmd counted no objects: " + table.strip()));
        } catch (IOException e) {
            throw CliException.unavailable("cannot run " + command + " (" + e.getMessage() + "): use a whole JDK");
        }
    }
}

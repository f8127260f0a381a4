import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// See `check-metric`. Reads the engine's own JSON (`{"metrics": [{"name": ..., "value": ...}]}`), whose fields come in this
/// order; a file without the metric fails.
void main(String[] arguments) throws IOException {
    if (arguments.length != 4) {
        System.err.println("usage: check-metric FILE NAME OPERATOR LIMIT");
        System.exit(2);
    }
    String name = arguments[1];
    double limit = Double.parseDouble(arguments[3]);
    Matcher metric = Pattern.compile("\"name\"\\s*:\\s*\"" + Pattern.quote(name) + "\"\\s*,\\s*\"value\"\\s*:\\s*([-+0-9.eE]+)")
            .matcher(Files.readString(Path.of(arguments[0])));
    if (!metric.find()) {
        System.err.println("the engine reported no metric " + name);
        System.exit(1);
    }
    double value = Double.parseDouble(metric.group(1));
    boolean holds = switch (arguments[2]) {
        case "<" -> value < limit;
        case "<=" -> value <= limit;
        case ">" -> value > limit;
        case ">=" -> value >= limit;
        default -> throw new IllegalArgumentException("operator must be <, <=, > or >=, got " + arguments[2]);
    };
    System.out.println(name + " = " + value + (holds ? ", as wanted: " : ", but wanted: ") + arguments[2] + " " + limit);
    System.exit(holds ? 0 : 1);
}

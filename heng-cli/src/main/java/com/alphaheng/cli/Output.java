package com.alphaheng.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.List;
import java.util.function.Function;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// Where a command writes, and whether for people or for programs.
public final class Output {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec specification;

    @Option(names = "--json", order = ConnectionOptions.ORDER + 2,
            description = "Print the answer as JSON.")
    private boolean json;

    boolean isJson() {
        return json;
    }

    PrintWriter out() {
        return specification.commandLine().getOut();
    }

    void lines(List<String> lines) {
        lines.forEach(out()::println);
        out().flush();
    }

    /// A word to the person that is no part of the answer.
    void note(String line) {
        specification.commandLine().getErr().println(line);
        specification.commandLine().getErr().flush();
    }

    /// The coordinator's answer as JSON, or these lines.
    void answer(JsonNode answer, List<String> lines) {
        if (json) {
            json(answer);
        } else {
            lines(lines);
        }
    }

    /// The elements of the answer as JSON, or as rows of the table.
    ///
    /// @param nothing what to say to a person instead of headings without rows, and what to do about it
    void table(JsonNode elements, String nothing, Table table, Function<JsonNode, Object[]> row) {
        elements.forEach(element -> table.row(row.apply(element)));
        answer(elements, elements.isEmpty() ? Table.wrap(nothing, "") : table.lines());
    }

    void json(JsonNode node) {
        lines(List.of(node.toPrettyString()));
    }
}

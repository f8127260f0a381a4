package com.alphaheng.engine.chat.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.alphaheng.engine.chat.JsonValues;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class TemplateTest {

    private static JsonNode renderings;
    private static String conversation;

    @BeforeAll
    static void read() throws IOException {
        try (InputStream json = TemplateTest.class.getResourceAsStream("renderings.json");
             InputStream template = TemplateTest.class.getResourceAsStream("conversation.jinja")) {
            renderings = new ObjectMapper().readTree(json);
            conversation = new String(template.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void rendersAsJinja2() {
        int refused = 0;
        for (JsonNode rendering : renderings.get("templates")) {
            String template = rendering.get("template").textValue();
            refused += same(template, JsonValues.object(renderings.get("variables")), rendering.get("rendered"));
        }
        assertThat(renderings.get("templates")).hasSize(120);
        assertThat(refused).isEqualTo(21);
    }

    @Test
    void rendersConversationsAsJinja2() {
        int refused = 0;
        for (JsonNode rendering : renderings.get("conversations")) {
            refused += same(conversation, JsonValues.object(rendering.get("variables")), rendering.get("rendered"));
        }
        assertThat(renderings.get("conversations")).hasSize(11);
        assertThat(refused).isEqualTo(1);
    }

    /// Renders and compares; 1 when the template must be refused.
    private static int same(String template, Map<String, Object> variables, JsonNode expected) {
        if (expected.isNull()) {
            assertThatThrownBy(() -> Template.parse(template).render(variables)).as(template)
                .isInstanceOf(JinjaException.class).hasMessageMatching("(?s)line \\d+: .*");
            return 1;
        }
        assertThat(Template.parse(template).render(variables)).as(template).isEqualTo(expected.textValue());
        return 0;
    }

    @Test
    void errorsNameTheLineAndTheReason() {
        refused("a\n{{ 1 + }}", "line 2: expected an expression, found '}}'");
        refused("{% if x %}\n\n",
            "line 1: 'if' is not closed: expected 'elif' or 'else' or 'endif', found the end of the template");
        refused("\n{% import 'x' as y %}", "line 2: the tag 'import' is not supported; there are: if, for, set, macro,"
            + " call, filter, with, raw, break, continue, generation");
        refused("{{ x | shuffle }}", "line 1: there is no filter 'shuffle'");
        refused("{{ x is prime }}", "line 1: there is no test 'prime'");
        refused("{{ nope.deeper }}", "line 1: 'nope' is undefined");
        refused("\n\n{{ raise_exception('roles must alternate') }}",
            "line 3: the template refuses this: roles must alternate");
        refused("{{ 9999999999 * 9999999999 }}", "line 1: 9999999999 * 9999999999 needs more than 64 bits");
        refused("{{ {}.update({}) }}", "line 1: dict.update would change a value, which the sandbox does not allow");
        refused("{% set a.b = 1 %}", "line 1: 'a' is not a namespace: only members of one can be assigned");
    }

    @Test
    void noTemplateRunsAway() {
        refused("{{ range(1000000) }}", "line 1: a range has more than 100000 numbers");
        refused("{{ 'x' * 999999999 }}", "line 1: a repetition would have more than 67108864 items");
        refused("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "line 1: macro 'm' calls itself too deep");
        refused("{{ " + "(".repeat(5000) + "1" + ")".repeat(5000) + " }}",
            "line 1: an expression is nested deeper than 200");
        refused("{% if 1 %}".repeat(5000), "line 1: statements are nested deeper than 100");
        refused("{% set r = range(1500) %}{% for a in r %}{% for b in r %}{% for c in r %}x{% endfor %}{% endfor %}"
            + "{% endfor %}", "the template takes more than 2000000 steps");
        refused("{% set r = range(9999) %}{% set b = 'x' * 9999 %}{% for a in r %}{{ b }}{% endfor %}",
            "the template writes more than 16777216 characters");
    }

    private static void refused(String template, String message) {
        assertThatThrownBy(() -> Template.parse(template).render(Map.of())).isInstanceOf(JinjaException.class)
            .hasMessage(message);
    }

    @Test
    void mutatedTemplatesRenderOrAreRefused() {
        Random random = new Random(17);
        List<Map<String, Object>> variables = new ArrayList<>();
        renderings.get("conversations").forEach(node -> variables.add(JsonValues.object(node.get("variables"))));
        String letters = "{}%-#'\"()[]|.,: \nifsetnd1~+*";
        int refused = 0;
        for (int round = 0; round < 5_000; round++) {
            StringBuilder mutant = new StringBuilder(conversation);
            for (int i = 1 + random.nextInt(3); i > 0; i--) {
                int at = random.nextInt(mutant.length() - 20);
                switch (random.nextInt(3)) {
                    case 0 -> mutant.setCharAt(at, letters.charAt(random.nextInt(letters.length())));
                    case 1 -> mutant.delete(at, at + 1 + random.nextInt(20));
                    default -> mutant.insert(at, mutant.substring(random.nextInt(at + 1), at));
                }
            }
            try {
                Template.parse(mutant.toString()).render(variables.get(round % variables.size()));
            } catch (JinjaException e) {
                refused++;
                assertThat(e.getMessage()).isNotBlank();
            }
        }
        assertThat(refused).isGreaterThan(1000);
    }
}

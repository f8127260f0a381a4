package com.alphaheng.cli.audit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// The audit that judges simulations and fault campaigns finds each kind of fault when there is one.
class LogAuditTest {
    private static final String JOINED = fact("WorkerJoined",
            "\"worker\":\"w\",\"incarnation\":\"i\",\"profile\":{\"slots\":1}");

    @Test
    void aSoundLogHasNoFaultsAndTellsOfLossesAndTakeovers() {
        LogAudit audit = audit(Optional.of(Set.of("c/a#2", "c/b#1")), JOINED, added("a", ""), added("b", "\"a\""),
                assigned("a", 1), lost("a", 1, true), gone(), fact("CoordinatorTookOver", "\"instance\":\"two\""),
                JOINED, assigned("a", 2), succeeded("a", 2), assigned("b", 1), succeeded("b", 1));
        assertThat(audit.faults()).isEmpty();
        assertThat(audit.succeededOnce()).isEqualTo(2);
        assertThat(audit.losses()).singleElement().extracting(LogAudit.Loss::reassignedAt)
                .isNotEqualTo(Optional.empty());
        assertThat(audit.gone()).hasSize(1);
        assertThat(audit.takeOvers()).extracting(LogAudit.TakeOver::instance).containsExactly("two");
    }

    @Test
    void everyBrokenRuleIsNamed() {
        assertFault("a stale epoch counts", JOINED, added("a", ""), assigned("a", 1), lost("a", 1, true),
                succeeded("a", 1));
        assertFault("succeeded twice", JOINED, added("a", ""), assigned("a", 1), succeeded("a", 1), assigned("a", 2),
                succeeded("a", 2));
        assertFault("assigned after its end", JOINED, added("a", ""), assigned("a", 1), lost("a", 1, false),
                assigned("a", 2));
        assertFault("an epoch was used twice", JOINED, added("a", ""), assigned("a", 1), lost("a", 1, true),
                assigned("a", 1));
        assertFault("assigned while it runs", JOINED, added("a", ""), assigned("a", 1), assigned("a", 2));
        assertFault("assigned before a succeeded", JOINED, added("a", ""), added("b", "\"a\""), assigned("b", 1));
        assertFault("more attempts than slots", JOINED, added("a", ""), added("b", ""), assigned("a", 1),
                assigned("b", 1));
        assertFault("assigned to a ghost", added("a", ""), assigned("a", 1));
        assertFault("a worker parted with work in hand", JOINED, added("a", ""), assigned("a", 1), gone());
        assertThat(audit(Optional.of(Set.of()), JOINED, added("a", ""), assigned("a", 1), succeeded("a", 1)).faults())
                .singleElement().asString().startsWith("a success nobody has achieved");
    }

    private static void assertFault(String fault, String... log) {
        assertThat(audit(Optional.empty(), log).faults()).as(fault)
                .anySatisfy(found -> assertThat(found).startsWith(fault));
    }

    private static LogAudit audit(Optional<Set<String>> worked, String... log) {
        LogAudit audit = new LogAudit("c", worked);
        ObjectMapper json = new ObjectMapper();
        List<JsonNode> facts = new ArrayList<>();
        for (String fact : log) {
            try {
                facts.add(json.readTree(fact));
            } catch (JsonProcessingException e) {
                throw new AssertionError(fact, e);
            }
        }
        facts.forEach(audit::accept);
        return audit;
    }

    private static String fact(String type, String fields) {
        return "{\"v\":1,\"type\":\"" + type + "\"," + fields + ",\"at\":\"2026-01-01T00:00:00Z\"}";
    }

    private static String added(String name, String dependencies) {
        return fact("TaskAdded", "\"campaign\":\"c\",\"task\":{\"name\":\"" + name + "\",\"dependencies\":["
                + dependencies + "]}");
    }

    private static String attempt(String name, int epoch) {
        return "\"attempt\":{\"campaign\":\"c\",\"task\":\"" + name + "\",\"epoch\":" + epoch + "}";
    }

    private static String assigned(String name, int epoch) {
        return fact("AttemptAssigned", attempt(name, epoch) + ",\"worker\":\"w\",\"incarnation\":\"i\"");
    }

    private static String succeeded(String name, int epoch) {
        return fact("AttemptSucceeded", attempt(name, epoch));
    }

    private static String lost(String name, int epoch, boolean again) {
        return fact("AttemptLost", attempt(name, epoch) + (again ? ",\"retryAt\":\"2026-01-01T00:00:00Z\"" : ""));
    }

    private static String gone() {
        return fact("WorkerLost", "\"worker\":\"w\",\"incarnation\":\"i\"");
    }
}

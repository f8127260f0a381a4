package com.alphaheng.worker.job.seal;

import com.alphaheng.protocol.ProtocolCodec;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Optional;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;

/// What a repository's owner lays down for changes to it, in the file `sealing.json` at its root. Always read from the
/// base commit, never from the change.
///
/// @param guarded   globs of what a change may not touch
/// @param editable  globs of what it may touch; empty means everything not guarded
/// @param forbidden what no added code may hold: regular expressions, and names of [ForbiddenWords]
/// @param prepare   command that builds; run before the verify command
/// @param counters  names in the verify command's metrics that may not be lower than on the base
/// @param built     globs of the files that the build makes and that run: they must differ from the base's, stay as
///                  they are, and be what runs; a build must make the same bytes of the same sources
/// @param challenge inputs drawn at verification, on which change and base must agree
public record SealPolicy(@JsonProperty("protected") List<String> guarded, List<String> editable,
                         List<String> forbidden, Optional<String> prepare, List<String> counters, List<String> built,
                         Optional<Challenge> challenge) {
    public static final String FILE = "sealing.json";
    private static final int MOST_UNSTABLE = 5;

    /// For repositories without the file: tests and what they expect, what configures them, build files, launchers,
    /// what a shell, an interpreter or an editor loads by itself, and continuous integration. What the task's own
    /// commands run is guarded, too.
    public static final SealPolicy DEFAULT = new SealPolicy(GuardedByDefault.GLOBS, List.of(), List.of(),
            Optional.empty(), List.of(), List.of(), Optional.empty());

    private static final ObjectMapper MAPPER = ProtocolCodec.jsonMapper()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

    public SealPolicy {
        guarded = guarded == null ? List.of() : List.copyOf(guarded);
        editable = editable == null ? List.of() : List.copyOf(editable);
        forbidden = forbidden == null ? List.of() : List.copyOf(forbidden);
        prepare = prepare == null ? Optional.empty() : prepare;
        counters = counters == null ? List.of() : List.copyOf(counters);
        built = built == null ? List.of() : List.copyOf(built);
        challenge = challenge == null ? Optional.empty() : challenge;
        ForbiddenWords.check(forbidden);
        if (!built.isEmpty() && prepare.isEmpty()) {
            throw new IllegalArgumentException("'built' names what the build makes, but there is no 'prepare'");
        }
    }

    /// @param command    reads `$HENG_CHALLENGES` (`operation size seed` per line), makes each input from its seed, and
    ///                   writes `{"answers": [{"values": [...]}], ...}` in that order into `$HENG_METRICS`
    /// @param operations asked for by name
    /// @param sizes      asked for each time, awkward ones among them
    /// @param largest    further sizes are drawn up to this, so that none can be told from those that are measured: at
    ///                   least what benchmarks use; default: the largest of `sizes`
    /// @param tolerance  largest difference, relative to the larger of the expected value and 1
    /// @param unstable   on how many of a hundred inputs, five at most, a right answer may differ by more: of experts
    ///                   whose scores all but tie the last bit chooses one, and the rest follows from that
    /// @param timed      measured with fresh and with repeated inputs, to find what remembers its inputs
    public record Challenge(String command, List<String> operations, List<Integer> sizes, int largest,
                            double tolerance, int unstable, Optional<Timed> timed) {
        public Challenge {
            if (unstable < 0 || unstable > MOST_UNSTABLE) {
                throw new IllegalArgumentException("'unstable' is " + unstable + ", it goes from 0 to "
                        + MOST_UNSTABLE);
            }
            timed = timed == null ? Optional.empty() : timed;
            operations = List.copyOf(operations);
            sizes = List.copyOf(sizes);
            int most = sizes.stream().mapToInt(Integer::intValue).max().orElse(0);
            if (largest != 0 && largest < most) {
                throw new IllegalArgumentException("'largest' is " + largest + ", less than " + most + " of 'sizes'");
            }
            largest = Math.max(largest, most);
        }
    }

    /// Should take clearly longer than starting the command does.
    ///
    /// @param count how often the operation is asked for in one run
    public record Timed(String operation, int size, int count) {
    }

    /// This, and further files that a change may not touch.
    public SealPolicy guarding(List<String> further) {
        return new SealPolicy(Stream.concat(guarded.stream(), further.stream()).toList(), editable, forbidden, prepare,
                counters, built, challenge);
    }

    /// @throws IllegalArgumentException saying what is wrong with the file
    public static SealPolicy parse(String json) {
        try {
            return MAPPER.readValue(json, SealPolicy.class);
        } catch (JsonProcessingException | PatternSyntaxException e) {
            throw new IllegalArgumentException(FILE + " of the base commit cannot be used: " + e.getMessage(), e);
        }
    }
}

package com.alphaheng.worker.job.seal;

import java.util.Locale;

/// The rules of sealed verification. A change that breaks one is rejected, and the rejection names it.
public enum SealRule {
    NO_CHANGE("the change is empty, or only comments and blanks"),
    PROTECTED_PATH("the change touches what verifies, builds or measures it"),
    OUTSIDE_EDITABLE("the change touches files outside what may be edited"),
    ODD_FILE("the change brings a link, a submodule, a binary, git settings or another file mode"),
    FORBIDDEN_CALL("the change calls what a kernel has no business with: processes, exits, clocks, files, streams"),
    BUILD_FAILED("the change does not build"),
    VERIFY_FAILED("the verify command fails"),
    NO_PROOF("the verify command succeeded without proof that as many checks ran as on the base"),
    WRONG_OUTPUT("on inputs drawn for this run the outputs differ from the base's by more than the tolerance"),
    NO_ANSWER("inputs drawn for this run were not all answered"),
    NOT_REPEATABLE("the same input is answered differently in another process, in another order, or after many others"),
    INPUT_CACHED("an input seen before is answered far faster than a fresh one"),
    LEFT_PROCESSES("a command left processes running"),
    TAMPERED("protected files, or those of the change itself, were changed while commands ran"),
    NOT_BUILT("what was built is not of the changed sources"),
    SWAPPED_BUILD("what was built changed after it was verified"),
    OTHER_BUILD("what ran is not what was built and verified"),
    OTHER_WORK("what ran dispatched none of the operations that the base does for the same work, or far fewer or more"),
    NEVER_EXECUTED("the checks pass even when the changed code is made to fail: it was not executed"),
    NOT_PROVEN("the changed code could not be made to fail, so nothing proves that it is executed");

    private final String meaning;

    SealRule(String meaning) {
        this.meaning = meaning;
    }

    /// What a person needs to know of it.
    public String meaning() {
        return meaning;
    }

    /// As named in reports: `never-executed`.
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}

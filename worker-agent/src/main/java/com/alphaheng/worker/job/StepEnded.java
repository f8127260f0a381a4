package com.alphaheng.worker.job;

/// A step cannot go on; leaves its inner loops at once with the step's result.
final class StepEnded extends Exception {
    private static final long serialVersionUID = 1L;
    private final transient StepResult result;

    StepEnded(StepResult result) {
        super(result.reason());
        this.result = result;
    }

    StepResult result() {
        return result;
    }
}

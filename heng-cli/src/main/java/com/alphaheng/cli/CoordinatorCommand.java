package com.alphaheng.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;

/// A command that asks a coordinator and prints its answer.
abstract class CoordinatorCommand implements Callable<Integer> {
    @Mixin
    private ConnectionOptions connection;

    @Mixin
    private Output output;

    final Coordinator coordinator() {
        return connection.coordinator();
    }

    final Output output() {
        return output;
    }
}

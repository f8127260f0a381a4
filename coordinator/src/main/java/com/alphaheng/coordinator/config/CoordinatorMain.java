package com.alphaheng.coordinator.config;

import com.alphaheng.coordinator.runtime.LogException;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.net.BindException;

/// Starts the coordinator. Exit codes: 0 stopped, 1 failed while running, 2 could not start (the message says why and
/// what to do).
@QuarkusMain
public final class CoordinatorMain implements QuarkusApplication {
    private static final int COULD_NOT_START = 2;

    /// @param arguments none are taken; settings come from `HENG_*` and `heng.*`
    public static void main(String... arguments) {
        Quarkus.run(CoordinatorMain.class, CoordinatorMain::exit, arguments);
    }

    @Override
    public int run(String... arguments) {
        Quarkus.waitForExit();
        return 0;
    }

    @SuppressWarnings("checkstyle:regexp")
    private static void exit(int code, Throwable failure) {
        if (failure != null) {
            System.err.println("heng coordinator: " + explain(failure));
            System.exit(COULD_NOT_START);
        }
        System.exit(code);
    }

    static String explain(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof LogException || cause instanceof BindGuard.Refused
                    || cause instanceof IllegalArgumentException) {
                return cause.getMessage();
            }
            if (cause instanceof BindException || cause.getClass().getSimpleName().equals("QuarkusBindException")) {
                return "the port is taken: stop what listens on it (another coordinator?), or choose another with "
                        + "HENG_PORT=7601 (" + cause.getMessage() + ")";
            }
        }
        return failure.toString();
    }
}

package com.alphaheng.worker.config;

import com.alphaheng.worker.job.EnvironmentFailure;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.util.List;
import org.jboss.logging.Logger;

/// The worker's program. Without arguments it serves until SIGTERM; with `doctor` it looks whether it could.
@QuarkusMain
@SuppressWarnings("checkstyle:regexp")
public class WorkerMain implements QuarkusApplication {
    /// Exit status when this machine or the configuration does not allow what was asked.
    static final int CANNOT = 2;

    private static final Logger LOG = Logger.getLogger(WorkerMain.class);

    private final WorkerService service;
    private final WorkerConfiguration configuration;

    WorkerMain(WorkerService service, WorkerConfiguration configuration) {
        this.service = service;
        this.configuration = configuration;
    }

    public static void main(String... arguments) {
        List<String> problems = SettingsCheck.problems();
        problems.forEach(problem -> System.err.println(WorkerDoctor.wrapped("NO   " + "settings       " + problem)));
        if (!problems.isEmpty()) {
            System.exit(CANNOT);
        }
        Quarkus.run(WorkerMain.class, arguments);
    }

    @Override
    public int run(String... arguments) {
        if (List.of(arguments).equals(List.of("doctor"))) {
            return new WorkerDoctor(configuration, WorkerMain::print).examine() ? 0 : CANNOT;
        }
        if (arguments.length > 0) {
            LOG.errorf("unknown arguments %s: the worker takes none but `doctor`, its settings are heng.* properties",
                    List.of(arguments));
            return CANNOT;
        }
        try {
            service.start();
        } catch (EnvironmentFailure e) {
            LOG.error(e.getMessage());
            return CANNOT;
        }
        Quarkus.waitForExit();
        return 0;
    }

    private static void print(String line) {
        System.out.println(WorkerDoctor.wrapped(line));
    }
}

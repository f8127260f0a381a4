package com.alphaheng.worker.job.agent;

import com.alphaheng.worker.job.agent.EditScript.BadEdit;
import com.alphaheng.worker.job.agent.EditScript.Edit;
import com.alphaheng.worker.job.seal.SourceFiles;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Applies the [EditScript] that the prompt itself holds: scripted work that goes the way of every other change.
public final class PatchBackend implements AgentBackend {
    public static final String NAME = "patch";

    private final SourceFiles files;

    public PatchBackend(SourceFiles files) {
        this.files = files;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Map<String, String> terms() {
        return Map.of();
    }

    @Override
    public AgentRun run(Request request) {
        try {
            List<Edit> edits = EditScript.parse(request.prompt());
            for (Edit edit : edits) {
                String content = files.read(request.folder(), edit.path()).orElse("");
                files.write(request.folder(), edit.path(), edit.applyTo(content));
                request.output().line("agent", "edited " + edit.path());
            }
            return edits.isEmpty() ? new AgentRun.Failed(AgentFailure.BAD_OUTPUT,
                    "the prompt holds no edit (=== path, <<<<, ====, >>>>)", Optional.empty(), Usage.NONE)
                    : new AgentRun.Done(Usage.NONE);
        } catch (BadEdit e) {
            return new AgentRun.Failed(AgentFailure.BAD_OUTPUT, e.getMessage(), Optional.empty(), Usage.NONE);
        }
    }
}

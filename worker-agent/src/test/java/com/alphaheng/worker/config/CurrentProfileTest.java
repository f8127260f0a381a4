package com.alphaheng.worker.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.alphaheng.protocol.WorkerProfile;
import com.alphaheng.spec.TaskKind;
import com.alphaheng.worker.disk.DiskFloor;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a worker offers while its disk has room, and while it has not.
class CurrentProfileTest {
    private static final WorkerProfile WHOLE = new WorkerProfile(Map.of("os", "linux"), Set.of(TaskKind.VERIFY),
            List.of(), 3, 8, 0, 1L << 30, "a machine");

    @TempDir
    Path folder;

    @Test
    void withRoomItOffersItsSlots() {
        CurrentProfile profile = new CurrentProfile(WHOLE, new DiskFloor(folder, 1));
        assertThat(profile.get()).isEqualTo(WHOLE);
        assertThat(profile.changed()).isFalse();
    }

    @Test
    void belowTheFloorItOffersNoneAndSaysWhy() {
        CurrentProfile profile = new CurrentProfile(WHOLE, new DiskFloor(folder, Long.MAX_VALUE / 4));
        assertThat(profile.get().slots()).isZero();
        assertThat(profile.get().labels()).containsEntry("os", "linux");
        assertThat(profile.get().labels().get(WorkerProfile.PAUSED)).contains("GiB free in " + folder,
                "heng.worker.disk-floor is", "free some");
        assertThat(profile.changed()).isFalse();
    }
}

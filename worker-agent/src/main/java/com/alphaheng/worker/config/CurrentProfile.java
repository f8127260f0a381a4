package com.alphaheng.worker.config;

import com.alphaheng.protocol.WorkerProfile;
import com.alphaheng.worker.disk.DiskFloor;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jboss.logging.Logger;

/// What this worker says of itself: its profile, and while its disk is nearly full that it takes nothing new.
final class CurrentProfile {
    private static final Logger LOG = Logger.getLogger(CurrentProfile.class);

    private final WorkerProfile whole;
    private final DiskFloor floor;
    private Optional<String> obstacle;

    CurrentProfile(WorkerProfile whole, DiskFloor floor) {
        this.whole = whole;
        this.floor = floor;
        this.obstacle = floor.obstacle(false);
        obstacle.ifPresent(why -> LOG.warnf("takes nothing new: %s", why));
    }

    /// Looks again, and says whether the coordinator has to be told.
    synchronized boolean changed() {
        Optional<String> now = floor.obstacle(obstacle.isPresent());
        boolean changed = now.isPresent() != obstacle.isPresent();
        if (changed) {
            obstacle = now;
            LOG.warn(now.map(why -> "takes nothing new: " + why).orElse("takes work again: " + floor.free()));
        }
        return changed;
    }

    synchronized WorkerProfile get() {
        if (obstacle.isEmpty()) {
            return whole;
        }
        Map<String, String> labels = new HashMap<>(whole.labels());
        labels.put(WorkerProfile.PAUSED, obstacle.get());
        return new WorkerProfile(labels, whole.kinds(), whole.agents(), 0, whole.cpuCores(), whole.gpuCores(),
                whole.memoryBytes(), whole.description());
    }
}

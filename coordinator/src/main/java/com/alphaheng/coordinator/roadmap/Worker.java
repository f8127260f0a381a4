package com.alphaheng.coordinator.roadmap;

import com.alphaheng.protocol.AttemptId;
import com.alphaheng.protocol.WorkerProfile;
import java.time.Instant;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;

/// A worker and what it runs. Read by anyone on the shard; changed by [RoadmapState#replay] only.
public final class Worker {
    /// Whether a worker can be given work.
    public enum Presence {
        ONLINE,
        /// Silent for longer than a lease.
        LOST,
        /// It said goodbye.
        LEFT
    }

    /// The least busy first, so that work spreads.
    static final Comparator<Worker> BY_LOAD =
            Comparator.<Worker>comparingInt(worker -> worker.running.size()).thenComparing(Worker::id);

    /// Enough to recognise late messages of earlier process starts.
    private static final int REMEMBERED_INCARNATIONS = 32;

    private final String id;
    private final Map<String, Attempt> running = new LinkedHashMap<>();
    private final Map<String, Long> retired = new LinkedHashMap<>();
    private String incarnation;
    private WorkerProfile profile;
    private Presence presence = Presence.ONLINE;
    private long sequence;
    private Instant lastHeard;
    private int exclusive;
    private OptionalInt limit = OptionalInt.empty();

    Worker(String id, String incarnation, WorkerProfile profile, Instant at) {
        this.id = id;
        this.incarnation = incarnation;
        this.profile = profile;
        this.lastHeard = at;
    }

    Worker(RoadmapImage.OfWorker image) {
        this(image.id(), image.incarnation(), image.profile(), image.lastHeard());
        presence = image.presence();
        sequence = image.sequence();
        retired.putAll(image.retired());
    }

    RoadmapImage.OfWorker image() {
        return new RoadmapImage.OfWorker(id, incarnation, profile, presence, sequence, lastHeard,
                new LinkedHashMap<>(retired));
    }

    void join(String newIncarnation, long newSequence, WorkerProfile newProfile, Instant at) {
        if (!incarnation.equals(newIncarnation)) {
            retired.remove(newIncarnation);
            retired.put(incarnation, sequence);
            if (retired.size() > REMEMBERED_INCARNATIONS) {
                retired.remove(retired.keySet().iterator().next());
            }
        }
        incarnation = newIncarnation;
        profile = newProfile;
        presence = Presence.ONLINE;
        hear(newSequence, at);
    }

    void hear(long newSequence, Instant at) {
        sequence = newSequence;
        lastHeard = at;
    }

    void part(Presence how) {
        presence = how;
    }

    void take(Attempt attempt) {
        running.put(attempt.id().taskKey(), attempt);
        exclusive += attempt.exclusive() ? 1 : 0;
    }

    void release(Attempt attempt) {
        if (running.remove(attempt.id().taskKey(), attempt)) {
            exclusive -= attempt.exclusive() ? 1 : 0;
        }
    }

    /// Whether one more attempt fits; an exclusive one wants the worker for itself.
    boolean hasRoom(boolean exclusively) {
        return presence == Presence.ONLINE && exclusive == 0
                && (exclusively ? running.isEmpty() && capacity() > 0 : running.size() < capacity());
    }

    void limit(OptionalInt most) {
        limit = most;
    }

    /// Attempts it may run at once: its slots, or less if somebody said so.
    public int capacity() {
        return Math.min(profile.slots(), limit.orElse(Integer.MAX_VALUE));
    }

    /// Whether a message is out of date: heard before, or of an incarnation that was replaced.
    ///
    /// Which of two incarnations is the later one cannot be told when their hellos overtake each other. So a replaced
    /// one
    /// may come back with something new to say, once the one that replaced it has fallen silent.
    boolean outdated(String otherIncarnation, long otherSequence) {
        if (otherIncarnation.equals(incarnation)) {
            return otherSequence <= sequence;
        }
        Long lastHeardOf = retired.get(otherIncarnation);
        return lastHeardOf != null && (presence == Presence.ONLINE || otherSequence <= lastHeardOf);
    }

    boolean runs(AttemptId attempt) {
        Attempt current = running.get(attempt.taskKey());
        return current != null && current.id().equals(attempt);
    }

    public String id() {
        return id;
    }

    /// The process start it last introduced itself with.
    public String incarnation() {
        return incarnation;
    }

    public WorkerProfile profile() {
        return profile;
    }

    public Presence presence() {
        return presence;
    }

    /// The highest sequence number heard from this incarnation.
    public long sequence() {
        return sequence;
    }

    public Instant lastHeard() {
        return lastHeard;
    }

    public Collection<Attempt> running() {
        return Collections.unmodifiableCollection(running.values());
    }
}

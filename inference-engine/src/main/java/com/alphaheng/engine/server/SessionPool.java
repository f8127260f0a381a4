package com.alphaheng.engine.server;

import com.alphaheng.engine.Engine;
import com.alphaheng.engine.Session;
import com.alphaheng.engine.SessionOptions;
import com.alphaheng.engine.backend.DeviceException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// A few sessions, each with its KV cache. A prompt gets the free session that holds most
/// of it already; one that shares little with any gets the one that was not used for longest, so that a new
/// conversation does not wipe out another because both begin alike. Belongs to the engine's owner thread.
final class SessionPool implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(SessionPool.class.getName());
    /// So few tokens are soon computed again.
    private static final int LITTLE = 32;

    private static final class Slot {
        private final Session session;
        private boolean taken;
        private long lastUse;

        Slot(Session session) {
            this.session = session;
        }
    }

    private final Engine engine;
    private final SessionOptions options;
    private final int most;
    private final List<Slot> slots = new ArrayList<>();
    private long uses;

    SessionPool(Engine engine, SessionOptions options, int most) {
        this.engine = engine;
        this.options = options;
        this.most = most;
    }

    /// Makes the sessions that are missing.
    ///
    /// @throws com.alphaheng.engine.backend.DeviceException when the device has no room for them
    void fill() {
        while (slots.size() < most) {
            slots.add(new Slot(engine.newSession(options)));
        }
    }

    /// A session for this prompt, the caller's until it is given back. At most as many as the pool holds at a time.
    ///
    /// @throws com.alphaheng.engine.backend.DeviceException when there is no room for one that has to be replaced
    Session take(int[] prompt) {
        fill();
        Slot best = null;
        int bestShared = -1;
        for (Slot slot : List.copyOf(slots)) {
            int shared = slot.taken ? -1 : shared(slot, prompt);
            if (shared > bestShared) {
                best = slot;
                bestShared = shared;
            }
        }
        fill();
        if (best == null || !fits(bestShared, best.session.length(), prompt.length)) {
            best = longestUnused();
        }
        best.taken = true;
        best.lastUse = ++uses;
        return best.session;
    }

    private static boolean fits(int shared, int held, int wanted) {
        return 2 * shared >= Math.min(held, wanted) || held - shared <= LITTLE;
    }

    /// Ids of the prompt that a free session holds; -1 when it turns out to be broken: what it had queued ahead of its
    /// last request may have failed since.
    private int shared(Slot slot, int[] prompt) {
        try {
            int mismatch = Arrays.mismatch(slot.session.cachedIds(), prompt);
            return mismatch < 0 ? prompt.length : mismatch;
        } catch (DeviceException e) {
            LOG.log(System.Logger.Level.WARNING, "a session failed after its last request and is replaced", e);
            discard(slot.session);
            return -1;
        }
    }

    private Slot longestUnused() {
        Slot oldest = null;
        for (Slot slot : slots) {
            if (!slot.taken && (oldest == null || slot.lastUse < oldest.lastUse)) {
                oldest = slot;
            }
        }
        if (oldest == null) {
            throw new IllegalStateException("all " + slots.size() + " sessions are taken");
        }
        return oldest;
    }

    void giveBack(Session session) {
        for (Slot slot : slots) {
            if (slot.session == session) {
                slot.taken = false;
            }
        }
    }

    /// Gives back a session that failed: it is not used again.
    void discard(Session session) {
        slots.removeIf(slot -> slot.session == session);
        try {
            session.close();
        } catch (DeviceException e) {
            // Of what failed, the end may fail as well; the failure itself is told to the client.
            LOG.log(System.Logger.Level.WARNING, "a session that failed could not be closed", e);
        }
    }

    int size() {
        return slots.size();
    }

    /// Tokens in the sessions' caches.
    long tokens() {
        return slots.stream().mapToLong(slot -> slot.session.length()).sum();
    }

    long capacity() {
        return slots.stream().mapToLong(slot -> slot.session.context()).sum();
    }

    @Override
    public void close() {
        slots.forEach(slot -> slot.session.close());
        slots.clear();
    }
}

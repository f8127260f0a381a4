package com.alphaheng.coordinator.roadmap;

import com.alphaheng.spec.TaskKind;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// Which ready task could go to which worker, kept up to date with every change so that no decision scans all tasks.
///
/// Tasks that ask the same of a worker share a [Pool]; in it, tasks that the same thing could hold up (their campaign's
/// pause, the same edited files) share a [Lane]. Only the most urgent task of each lane is ever looked at.
final class ReadyIndex {
    /// A task and the worker that may have it.
    record Match(Task task, Worker worker, JobTerms terms) {
    }

    private record LaneKey(Campaign campaign, List<String> touches) {
    }

    private record Head(Task task, Pool pool) {
    }

    private final class Lane {
        private final LaneKey key;
        private final TreeSet<Task> tasks = new TreeSet<>(Task.BY_URGENCY);

        Lane(LaneKey key) {
            this.key = key;
        }

        boolean blocked() {
            return key.campaign().paused() || limits.campaignFull(key.campaign())
                    || key.campaign().touching(key.touches()).isPresent();
        }
    }

    private final class Pool {
        private final Eligibility eligibility;
        private final Map<LaneKey, Lane> lanes = new LinkedHashMap<>();
        private final Set<Worker> accepted = new LinkedHashSet<>();
        private final TreeSet<Worker> free;

        Pool(Eligibility eligibility) {
            this.eligibility = eligibility;
            this.free = new TreeSet<>(Comparator.<Worker>comparingInt(worker ->
                    eligibility.preference(worker.profile())).thenComparing(Worker.BY_LOAD));
        }

        void judge(Worker worker) {
            accepted.remove(worker);
            if (worker.presence() == Worker.Presence.ONLINE && eligibility.objection(worker.profile()).isEmpty()) {
                accepted.add(worker);
            }
        }

        void offer(Worker worker) {
            if (accepted.contains(worker) && worker.hasRoom(eligibility.exclusive())) {
                free.add(worker);
            }
        }

        /// The least busy worker; among equally good ones, one where something of the task is still warm.
        Optional<Worker> firstFree(Task task, Set<Worker> reserved) {
            Optional<Worker> first = free.stream().filter(worker -> usable(worker, reserved)).findFirst();
            if (first.isEmpty()) {
                return first;
            }
            Worker best = first.get();
            return task.warmWorkers().stream().map(workers::get).filter(warm -> warm != null && free.contains(warm)
                    && warm.running().size() == best.running().size()
                    && eligibility.preference(warm.profile()) == eligibility.preference(best.profile())
                    && usable(warm, reserved)).findFirst().or(() -> first);
        }

        private boolean usable(Worker worker, Set<Worker> reserved) {
            return !reserved.contains(worker) && JobTerms.of(eligibility, worker.profile(), limits).isPresent();
        }

        /// The busy worker that a measurement should rather wait for: the one its campaign was measured on before.
        Optional<Worker> worthWaiting(Task task, Instant now) {
            boolean patient = task.readySince.map(since -> since.plus(WARM_PATIENCE).isAfter(now)).orElse(false);
            return task.spec().kind() != TaskKind.BENCHMARK || !patient ? Optional.empty()
                    : task.campaign().lastMeasuredOn().map(workers::get)
                    .filter(warm -> accepted.contains(warm) && !free.contains(warm) && warm.capacity() > 0);
        }
    }

    /// Absolute figures of one campaign compare best when one machine measured them; worth a minute, not more.
    static final Duration WARM_PATIENCE = Duration.ofMinutes(1);

    private final Map<Eligibility, Pool> pools = new LinkedHashMap<>();
    private final Map<String, Worker> workers;
    private final Limits limits;
    private final TreeSet<Task> backingOff = new TreeSet<>(Comparator
            .<Task, Instant>comparing(task -> task.notBefore.orElseThrow()).thenComparingLong(Task::order));
    private final LinkedHashSet<Task> byReadyTime = new LinkedHashSet<>();

    ReadyIndex(Map<String, Worker> workers, Limits limits) {
        this.workers = workers;
        this.limits = limits;
    }

    /// Takes a task that became ready at this instant.
    void add(Task task, Instant at) {
        if (task.notBefore.isPresent() && task.notBefore.get().isAfter(at)) {
            backingOff.add(task);
            return;
        }
        task.notBefore = Optional.empty();
        task.readySince = Optional.of(at);
        byReadyTime.add(task);
        Pool pool = pools.computeIfAbsent(task.eligibility(), this::newPool);
        pool.lanes.computeIfAbsent(new LaneKey(task.campaign(), task.spec().touches()), Lane::new).tasks.add(task);
    }

    /// Everything that was added, so that adding it again in this order gives the same index.
    List<Task> inOrder() {
        List<Task> all = new ArrayList<>(backingOff);
        all.addAll(byReadyTime);
        return all;
    }

    /// Takes a task of a snapshot, ready or backing off as it says itself.
    void resume(Task task, Instant now) {
        if (task.notBefore.isPresent()) {
            backingOff.add(task);
        } else {
            add(task, task.readySince.orElse(now));
        }
    }

    void remove(Task task) {
        if (task.notBefore.isPresent()) {
            backingOff.remove(task);
            return;
        }
        byReadyTime.remove(task);
        task.readySince = Optional.empty();
        Pool pool = pools.get(task.eligibility());
        LaneKey key = new LaneKey(task.campaign(), task.spec().touches());
        Lane lane = pool.lanes.get(key);
        lane.tasks.remove(task);
        if (lane.tasks.isEmpty()) {
            pool.lanes.remove(key);
        }
    }

    private Pool newPool(Eligibility eligibility) {
        Pool pool = new Pool(eligibility);
        for (Worker worker : workers.values()) {
            pool.judge(worker);
            pool.offer(worker);
        }
        return pool;
    }

    /// Forgets the worker, which has withdrawn and is not online.
    void forget(Worker worker) {
        pools.values().forEach(pool -> pool.accepted.remove(worker));
    }

    /// Must come before any change of the worker, whose place in the pools depends on how busy it is.
    void withdraw(Worker worker) {
        pools.values().forEach(pool -> pool.free.remove(worker));
    }

    /// Must come after any change of the worker's load.
    void offer(Worker worker) {
        pools.values().forEach(pool -> pool.offer(worker));
    }

    /// Must come after any change of the worker's profile or presence.
    void judge(Worker worker) {
        pools.values().forEach(pool -> {
            pool.judge(worker);
            pool.offer(worker);
        });
    }

    /// The most urgent task that a free worker may have.
    ///
    /// A task that wants a worker for itself and finds none idle reserves the least busy one, which less urgent tasks
    /// then leave alone: otherwise a stream of small tasks would keep measurements waiting for ever.
    Optional<Match> next(Instant now) {
        List<Head> heads = new ArrayList<>();
        for (Pool pool : pools.values()) {
            for (Lane lane : pool.lanes.values()) {
                if (!lane.blocked()) {
                    heads.add(new Head(lane.tasks.first(), pool));
                }
            }
        }
        heads.sort(Comparator.comparing(Head::task, Task.BY_URGENCY));
        Set<Worker> reserved = new HashSet<>();
        for (Head head : heads) {
            Optional<Worker> warm = head.pool().worthWaiting(head.task(), now);
            if (warm.isPresent()) {
                reserved.add(warm.get());
                continue;
            }
            Optional<Worker> worker = head.pool().firstFree(head.task(), reserved);
            if (worker.isPresent()) {
                return Optional.of(new Match(head.task(), worker.get(), JobTerms.of(head.pool().eligibility,
                        worker.get().profile(), limits).orElseThrow()));
            }
            if (head.pool().eligibility.exclusive()) {
                head.pool().accepted.stream().filter(busy -> !reserved.contains(busy))
                        .min(Worker.BY_LOAD).ifPresent(reserved::add);
            }
        }
        return Optional.empty();
    }

    /// Whether all agent backends that the task could use on some worker are at their limit.
    Optional<String> fullBackend(Task task) {
        Set<Worker> able = accepting(task);
        return able.isEmpty() || able.stream().anyMatch(worker ->
                JobTerms.of(task.eligibility(), worker.profile(), limits).isPresent()) ? Optional.empty()
                : able.stream().flatMap(worker -> (task.spec().backends().isEmpty() ? worker.profile().generalAgents()
                : task.spec().backends()).stream()).filter(limits::backendFull).findFirst();
    }

    /// The busy worker a ready measurement waits for.
    Optional<Worker> awaited(Task task, Instant now) {
        return Optional.ofNullable(pools.get(task.eligibility())).flatMap(pool -> pool.worthWaiting(task, now));
    }

    /// Online workers that could run the task, busy or not.
    Set<Worker> accepting(Task task) {
        Pool pool = pools.get(task.eligibility());
        return pool == null ? Set.of() : Collections.unmodifiableSet(pool.accepted);
    }

    /// Tasks whose wait before a retry ended at this instant or before.
    List<Task> backoffOver(Instant now) {
        List<Task> over = new ArrayList<>();
        for (Task task : backingOff) {
            if (task.notBefore.orElseThrow().isAfter(now)) {
                break;
            }
            over.add(task);
        }
        return over;
    }

    /// Tasks below top priority that have been ready since this instant or longer.
    List<Task> readySince(Instant limit) {
        List<Task> waiting = new ArrayList<>();
        for (Task task : byReadyTime) {
            if (task.readySince.orElseThrow().isAfter(limit)) {
                break;
            }
            if (task.rank > 0) {
                waiting.add(task);
            }
        }
        return waiting;
    }
}

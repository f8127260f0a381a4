package com.alphaheng.engine.server;

import com.alphaheng.engine.backend.DeviceCounters;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/// What the server counts, in the Prometheus text format. Thread-safe.
public final class ServerMetrics {

    private static final double[] WAITS = {0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120};
    private static final double[] STEPS = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5};

    /// What the device did for prompts, and for ids.
    enum Phase { PREFILL, DECODE }

    private record Answer(String endpoint, int status) { }

    private final String model;
    private final String backend;
    private final Map<Answer, LongAdder> answers = new ConcurrentHashMap<>();
    private final AtomicLong waiting = new AtomicLong();
    private final AtomicLong running = new AtomicLong();
    private final LongAdder promptTokens = new LongAdder();
    private final LongAdder reusedTokens = new LongAdder();
    private final LongAdder generatedTokens = new LongAdder();
    private final Histogram queued = new Histogram(WAITS);
    private final Histogram firstToken = new Histogram(WAITS);
    private final Histogram nextToken = new Histogram(STEPS);
    private final Histogram whole = new Histogram(WAITS);
    private final Map<Phase, DeviceCounters> device = new ConcurrentHashMap<>();
    private volatile long cacheTokens;
    private volatile long cacheCapacity;
    private volatile int sessions;

    public ServerMetrics(String model, String backend) {
        this.model = model;
        this.backend = backend;
        for (Phase phase : Phase.values()) {
            device.put(phase, new DeviceCounters(0, 0, 0, 0, 0, 0, 0));
        }
    }

    /// A request ended.
    ///
    /// @param status of the answer; 499 when the client did not wait for it
    public void answered(String endpoint, int status) {
        answers.computeIfAbsent(new Answer(endpoint, status), key -> new LongAdder()).increment();
    }

    void load(int nowWaiting, int nowRunning) {
        waiting.set(nowWaiting);
        running.set(nowRunning);
    }

    void began(long waited) {
        queued.add(waited);
    }

    void prompt(int tokens, int reused) {
        promptTokens.add(tokens);
        reusedTokens.add(reused);
    }

    void firstToken(long sinceArrival) {
        generatedTokens.increment();
        firstToken.add(sinceArrival);
    }

    void nextToken(long sinceLast) {
        generatedTokens.increment();
        nextToken.add(sinceLast);
    }

    void finished(long sinceArrival) {
        whole.add(sinceArrival);
    }

    /// Only from the owner thread.
    void device(Phase phase, DeviceCounters more) {
        DeviceCounters sum = device.get(phase);
        device.put(phase, new DeviceCounters(sum.hostWaits() + more.hostWaits(),
            sum.submissions() + more.submissions(), sum.operations() + more.operations(),
            sum.dispatches() + more.dispatches(), sum.encodeNanos() + more.encodeNanos(),
            sum.bytesAllocated() + more.bytesAllocated(), sum.gpuNanos() + more.gpuNanos()));
    }

    void cache(int openSessions, long tokens, long capacity) {
        sessions = openSessions;
        cacheTokens = tokens;
        cacheCapacity = capacity;
    }

    /// Everything, in the Prometheus text format 0.0.4.
    public String text() {
        StringBuilder out = new StringBuilder(8192);
        family(out, "marlin_info", "gauge", "The model served.");
        out.append("marlin_info{model=\"").append(model.replace("\\", "\\\\").replace("\"", "\\\""))
            .append("\",backend=\"").append(backend).append("\"} 1\n");
        family(out, "marlin_requests_total", "counter",
            "Requests by HTTP status; 499: the client did not wait for the answer.");
        Map<String, Long> ordered = new TreeMap<>();
        answers.forEach((answer, count) -> ordered.put("{endpoint=\"" + answer.endpoint() + "\",status=\""
            + answer.status() + "\"}", count.sum()));
        ordered.forEach((labels, count) -> out.append("marlin_requests_total").append(labels).append(' ')
            .append(count).append('\n'));
        value(out, "marlin_requests_waiting", "gauge", "Requests in the queue.", waiting.get());
        value(out, "marlin_requests_running", "gauge", "Requests that take turns on the device.", running.get());
        value(out, "marlin_prompt_tokens_total", "counter", "Tokens of prompts.", promptTokens.sum());
        value(out, "marlin_prompt_tokens_reused_total", "counter",
            "Tokens of prompts that a session held already.", reusedTokens.sum());
        value(out, "marlin_generated_tokens_total", "counter", "Tokens generated.", generatedTokens.sum());
        queued.write("marlin_queue_seconds", "From a request's arrival to its first turn.", out);
        firstToken.write("marlin_time_to_first_token_seconds", "From a request's arrival to its first token.", out);
        nextToken.write("marlin_inter_token_seconds", "Between two tokens of a request.", out);
        whole.write("marlin_request_seconds", "From a request's arrival to its last token.", out);
        value(out, "marlin_sessions", "gauge", "Sessions that hold a KV cache.", sessions);
        value(out, "marlin_kv_tokens", "gauge", "Tokens in KV caches.", cacheTokens);
        value(out, "marlin_kv_tokens_capacity", "gauge", "Tokens that these KV caches can hold.", cacheCapacity);
        device(out);
        return out.toString();
    }

    private void device(StringBuilder out) {
        counter(out, "marlin_device_host_waits_total", "Times the host waited for the device.",
            phase -> device.get(phase).hostWaits());
        counter(out, "marlin_device_submissions_total", "Programs (command buffers) submitted.",
            phase -> device.get(phase).submissions());
        counter(out, "marlin_device_operations_total", "Operations submitted, the same on every back end.",
            phase -> device.get(phase).operations());
        counter(out, "marlin_device_dispatches_total", "Kernels started.", phase -> device.get(phase).dispatches());
        counter(out, "marlin_device_encode_seconds_total", "Time the host spent encoding.",
            phase -> device.get(phase).encodeNanos() / 1e9);
        counter(out, "marlin_device_gpu_seconds_total", "Time a GPU spent.",
            phase -> device.get(phase).gpuNanos() / 1e9);
        counter(out, "marlin_device_allocated_bytes_total", "Bytes of device buffers allocated.",
            phase -> device.get(phase).bytesAllocated());
        double tokens = Math.max(1, generatedTokens.sum());
        DeviceCounters decode = device.get(Phase.DECODE);
        value(out, "marlin_decode_host_waits_per_token", "gauge", "Since the start.", decode.hostWaits() / tokens);
        value(out, "marlin_decode_submissions_per_token", "gauge", "Since the start.",
            decode.submissions() / tokens);
        value(out, "marlin_decode_dispatches_per_token", "gauge", "Since the start.", decode.dispatches() / tokens);
    }

    private interface Amount {
        double of(Phase phase);
    }

    private static void counter(StringBuilder out, String name, String help, Amount amount) {
        family(out, name, "counter", help);
        for (Phase phase : Phase.values()) {
            out.append(name).append("{phase=\"").append(phase.name().toLowerCase(Locale.ROOT)).append("\"} ")
                .append(plain(amount.of(phase))).append('\n');
        }
    }

    private static void value(StringBuilder out, String name, String type, String help, double value) {
        family(out, name, type, help);
        out.append(name).append(' ').append(plain(value)).append('\n');
    }

    private static void family(StringBuilder out, String name, String type, String help) {
        out.append("# HELP ").append(name).append(' ').append(help).append("\n# TYPE ").append(name).append(' ')
            .append(type).append('\n');
    }

    private static String plain(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : String.format(Locale.ROOT, "%.6f", value);
    }
}

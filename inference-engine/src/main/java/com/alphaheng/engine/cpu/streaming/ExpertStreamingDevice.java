package com.alphaheng.engine.cpu.streaming;

import com.alphaheng.engine.backend.CommandStream;
import com.alphaheng.engine.backend.Device;
import com.alphaheng.engine.backend.DeviceBuffer;
import com.alphaheng.engine.backend.DeviceCounters;
import com.alphaheng.engine.backend.ExpertCacheUse;
import com.alphaheng.engine.backend.OpTimer;
import com.alphaheng.engine.backend.Program;
import com.alphaheng.engine.backend.op.ExpertGateUp;
import com.alphaheng.engine.backend.op.ExpertLinear;
import com.alphaheng.engine.backend.op.Op;
import com.alphaheng.engine.model.Weights;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Lets another CPU device run a model that is larger than the memory it may use: programs are cut before every
/// layer's experts, where the ids that the router chose are known, and [ExpertResidency] decides which experts'
/// pages stay.
public final class ExpertStreamingDevice implements Device {

    private final Device device;
    private final ExpertResidency residency;

    /// @param device owned from now on
    /// @param budget bytes that may be resident in all
    /// @throws com.alphaheng.engine.backend.DeviceException when the budget is too small for the model
    public ExpertStreamingDevice(Device device, Weights weights, long budget) {
        this.device = device;
        this.residency = new ExpertResidency(weights, budget);
    }

    /// A piece of a program and the experts that are wanted after it.
    ///
    /// @param ids   where the router puts its choice, or null after the last piece
    /// @param layer whose experts
    /// @param room  holds the ids on the heap, so that running allocates nothing
    /// @param view  of `room`
    private record Piece(Program program, DeviceBuffer ids, int layer, int[] room, MemorySegment view) {

        static Piece before(DeviceBuffer ids, int layer, int choices) {
            int[] room = new int[choices];
            return new Piece(null, ids, layer, room, MemorySegment.ofArray(room));
        }

        Piece after(Program program) {
            return new Piece(program, ids, layer, room, view);
        }
    }

    private record Pieces(String label, int operations, List<Piece> list) implements Program {

        @Override
        public void close() {
            list.forEach(piece -> piece.program().close());
        }
    }

    @Override
    public Program prepare(String label, List<Op> operations) {
        List<Piece> pieces = new ArrayList<>();
        int start = 0;
        for (int i = 0; i < operations.size(); i++) {
            Piece cut = switch (operations.get(i)) {
                case ExpertGateUp op -> Piece.before(op.expertIds(), residency.layerOf(op.weights().gate()),
                    op.tokenCount() * op.perToken());
                case ExpertLinear op -> Piece.before(op.expertIds(), residency.layerOf(op.matrices()),
                    op.tokenCount() * op.perToken());
                default -> null;
            };
            if (cut != null && cut.layer() >= 0) {
                pieces.add(cut.after(device.prepare(label, operations.subList(start, i))));
                start = i;
            }
        }
        pieces.add(new Piece(device.prepare(label, operations.subList(start, operations.size())), null, -1, null,
            null));
        return new Pieces(label, operations.size(), List.copyOf(pieces));
    }

    @Override
    public CommandStream newStream() {
        return new Stream(device.newStream());
    }

    private final class Stream implements CommandStream {

        private final CommandStream stream;
        private long submitted;
        private long lastInner;

        Stream(CommandStream stream) {
            this.stream = stream;
        }

        @Override
        public long submit(Program program) {
            List<Piece> pieces = ((Pieces) program).list();
            for (int i = 0; i < pieces.size(); i++) {
                Piece piece = pieces.get(i);
                if (piece.program().operations() > 0) {
                    lastInner = stream.submit(piece.program());
                }
                if (piece.ids() != null) {
                    if (stream.completed() < lastInner) {
                        stream.await(lastInner);
                    }
                    piece.ids().read(0, piece.view());
                    residency.use(piece.layer(), piece.room());
                }
            }
            return ++submitted;
        }

        @Override
        public void await(long number) {
            stream.await(lastInner);
        }

        @Override
        public long completed() {
            return stream.completed() >= lastInner ? submitted : submitted - 1;
        }

        @Override
        public void profile(OpTimer timer) {
            stream.profile(timer);
        }

        @Override
        public void close() {
            stream.close();
        }
    }

    @Override
    public String description() {
        return device.description() + ", experts streamed";
    }

    @Override
    public DeviceBuffer allocate(String label, long bytes) {
        return device.allocate(label, bytes);
    }

    @Override
    public DeviceCounters counters() {
        return device.counters();
    }

    @Override
    public Optional<ExpertCacheUse> expertCache() {
        return Optional.of(residency.report());
    }

    @Override
    public void close() {
        device.close();
    }
}

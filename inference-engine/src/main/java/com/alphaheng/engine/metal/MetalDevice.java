package com.alphaheng.engine.metal;

import com.alphaheng.engine.metal.objc.MessageSend;
import com.alphaheng.engine.metal.objc.MetalPlatform;
import com.alphaheng.engine.metal.objc.ObjectiveC;
import com.alphaheng.engine.metal.objc.Selector;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

/// The GPU. Makes every other object.
public final class MetalDevice extends MetalObject {
    /// Metal Shading Language 3.0 (`MTLLanguageVersion3_0`) and, for systems before macOS 13, 2.4. The kernels need 2.3
    /// at least, for simdgroup matrices.
    private static final long LANGUAGE_3_0 = 3 << 16;
    private static final long LANGUAGE_2_4 = (2 << 16) + 4;

    private MetalDevice(long id) {
        super("MTLCreateSystemDefaultDevice", "GPU", id);
    }

    /// Empty when [#open] should work, else why not.
    public static String unavailableReason() {
        String missing = MetalPlatform.unavailableReason();
        if (!missing.isEmpty()) {
            return missing;
        }
        try (AutoreleasePool _ = AutoreleasePool.open()) {
            long device = ObjectiveC.createSystemDefaultDevice();
            if (device == 0) {
                return "Metal is here but no GPU (a virtual machine, or a session without graphics)";
            }
            try (MetalDevice opened = new MetalDevice(device)) {
                return opened.capabilities().unsupportedReason();
            }
        }
    }

    /// Opens the system's GPU.
    ///
    /// @throws MetalException there is none
    public static MetalDevice open() {
        return new MetalDevice(ObjectiveC.createSystemDefaultDevice());
    }

    /// Probes the GPU and the system.
    public MetalCapabilities capabilities() {
        try (AutoreleasePool _ = AutoreleasePool.open()) {
            List<String> families = new ArrayList<>();
            for (MetalCapabilities.Family family : MetalCapabilities.Family.values()) {
                if (MessageSend.sendForBoolean(id(), Selector.SUPPORTS_FAMILY, family.number)) {
                    families.add(family.text);
                }
            }
            long process = MessageSend.sendForLong(ObjectiveC.classNamed("NSProcessInfo"), Selector.PROCESS_INFO);
            return new MetalCapabilities(
                    NsObjects.text(MessageSend.sendForLong(id(), Selector.DEVICE_NAME)),
                    NsObjects.text(MessageSend.sendForLong(process, Selector.SYSTEM_VERSION)),
                    List.copyOf(families), MessageSend.sendForBoolean(id(), Selector.UNIFIED_MEMORY),
                    MessageSend.sendForLong(id(), Selector.WORKING_SET),
                    MessageSend.sendForLong(id(), Selector.MAX_BUFFER),
                    MessageSend.sendForLong(id(), Selector.MAX_THREADGROUP_MEMORY),
                    NsObjects.responds(id(), Selector.NEW_RESIDENCY_SET),
                    families.contains(MetalCapabilities.Family.APPLE7.text));
        }
    }

    /// Bytes this process has allocated on the GPU now.
    public long allocatedBytes() {
        return MessageSend.sendForLong(id(), Selector.ALLOCATED_SIZE);
    }

    /// A command queue that lets that many command buffers be unfinished at once.
    public MetalQueue queue(String label, int commandBuffers) {
        try (AutoreleasePool _ = AutoreleasePool.open()) {
            return new MetalQueue(label, MessageSend.sendForLong(id(), Selector.NEW_QUEUE, commandBuffers));
        }
    }

    /// A new buffer. Its contents are undefined.
    ///
    /// @throws MetalException of kind OUT_OF_MEMORY
    public MetalBuffer buffer(String label, long bytes, MetalBuffer.Storage storage) {
        if (bytes <= 0) {
            throw new IllegalArgumentException("buffer '" + label + "' of " + bytes + " bytes");
        }
        try (AutoreleasePool _ = AutoreleasePool.open()) {
            long buffer = MessageSend.sendForLong(id(), Selector.NEW_BUFFER, bytes, storage.options());
            if (buffer == 0) {
                throw outOfMemory("newBufferWithLength", label, bytes);
            }
            return new MetalBuffer(label, buffer, storage);
        }
    }

    /// A buffer over memory that is already here, which must outlive it.
    ///
    /// @param memory native memory; address and size multiples of the page size
    /// @throws IllegalArgumentException the memory is not aligned to pages
    /// @throws MetalException Metal refused the memory
    public MetalBuffer bufferNoCopy(String label, MemorySegment memory) {
        long page = ObjectiveC.pageSize();
        if (memory.address() % page != 0 || memory.byteSize() % page != 0 || memory.byteSize() == 0) {
            throw new IllegalArgumentException("buffer '" + label + "' at " + Long.toHexString(memory.address())
                    + " of " + memory.byteSize() + " bytes is not made of whole pages of " + page + " bytes");
        }
        try (AutoreleasePool _ = AutoreleasePool.open()) {
            long buffer = MessageSend.sendForLong(id(), Selector.NEW_BUFFER_NO_COPY, memory.address(),
                    memory.byteSize(), MetalBuffer.Storage.SHARED.options(), 0L);
            if (buffer == 0) {
                throw outOfMemory("newBufferWithBytesNoCopy", label, memory.byteSize());
            }
            return new MetalBuffer(label, buffer, MetalBuffer.Storage.SHARED);
        }
    }

    private MetalException outOfMemory(String operation, String label, long bytes) {
        return new MetalException(MetalException.Kind.OUT_OF_MEMORY, operation, label, "", 0,
                "no buffer of " + bytes + " bytes (allocated now: " + allocatedBytes() + ", largest buffer: "
                + MessageSend.sendForLong(id(), Selector.MAX_BUFFER) + ")");
    }

    /// Compiles Metal Shading Language. Arithmetic is IEEE: infinities and NaN keep their meaning.
    ///
    /// @throws MetalException the source does not compile; the message holds the compiler's
    public MetalLibrary libraryFromSource(String label, String source) {
        try (AutoreleasePool _ = AutoreleasePool.open(); Arena arena = Arena.ofConfined()) {
            long options = NsObjects.create("MTLCompileOptions");
            if (NsObjects.responds(options, Selector.OPTIONS_MATH_MODE)) {
                MessageSend.send(options, Selector.OPTIONS_MATH_MODE, 0L);
            } else {
                MessageSend.send(options, Selector.OPTIONS_FAST_MATH, false);
            }
            // Without it the version depends on the system that the running program, here Java, was built for.
            boolean metal3 = MessageSend.sendForBoolean(id(), Selector.SUPPORTS_FAMILY,
                    MetalCapabilities.Family.METAL3.number);
            MessageSend.send(options, Selector.OPTIONS_LANGUAGE, metal3 ? LANGUAGE_3_0 : LANGUAGE_2_4);
            MemorySegment error = arena.allocate(JAVA_LONG);
            long library = MessageSend.sendForLong(id(), Selector.NEW_LIBRARY_SOURCE, NsObjects.string(source), options,
                    error.address());
            MessageSend.send(options, Selector.RELEASE);
            return library(label, "newLibraryWithSource", library, error);
        }
    }

    /// Opens a precompiled `.metallib` file.
    ///
    /// @throws MetalException the file is missing or no library of this system
    public MetalLibrary libraryFromFile(String label, Path file) {
        try (AutoreleasePool _ = AutoreleasePool.open(); Arena arena = Arena.ofConfined()) {
            long url = MessageSend.sendForLong(ObjectiveC.classNamed("NSURL"), Selector.FILE_URL,
                    NsObjects.string(file.toAbsolutePath().toString()));
            MemorySegment error = arena.allocate(JAVA_LONG);
            long library = MessageSend.sendForLong(id(), Selector.NEW_LIBRARY_URL, url, error.address());
            return library(label, "newLibraryWithURL", library, error);
        }
    }

    private static MetalLibrary library(String label, String operation, long library, MemorySegment error) {
        if (library == 0) {
            throw MetalException.of(operation, label, error.get(JAVA_LONG, 0));
        }
        return new MetalLibrary(label, library);
    }

    /// A pipeline of one function; the function is not kept.
    ///
    /// @throws MetalException the back end of the compiler refused it
    MetalPipeline pipeline(String label, long function) {
        try (AutoreleasePool _ = AutoreleasePool.open(); Arena arena = Arena.ofConfined()) {
            MemorySegment error = arena.allocate(JAVA_LONG);
            long pipeline = MessageSend.sendForLong(id(), Selector.NEW_PIPELINE, function, error.address());
            if (pipeline == 0) {
                throw MetalException.of("newComputePipelineState", label, error.get(JAVA_LONG, 0));
            }
            return new MetalPipeline(label, pipeline);
        }
    }

    /// An event that GPU and CPU can signal and wait for.
    public MetalSharedEvent sharedEvent(String label) {
        try (AutoreleasePool _ = AutoreleasePool.open()) {
            return new MetalSharedEvent(label, MessageSend.sendForLong(id(), Selector.NEW_SHARED_EVENT));
        }
    }

    /// A set of buffers kept resident, where [MetalCapabilities#residencySets] says so.
    ///
    /// @throws MetalException Metal refused it
    public MetalResidencySet residencySet(String label) {
        try (AutoreleasePool _ = AutoreleasePool.open(); Arena arena = Arena.ofConfined()) {
            long descriptor = NsObjects.create("MTLResidencySetDescriptor");
            MemorySegment error = arena.allocate(JAVA_LONG);
            long set = MessageSend.sendForLong(id(), Selector.NEW_RESIDENCY_SET, descriptor, error.address());
            MessageSend.send(descriptor, Selector.RELEASE);
            if (set == 0) {
                throw MetalException.of("newResidencySet", label, error.get(JAVA_LONG, 0));
            }
            return new MetalResidencySet(label, set);
        }
    }
}

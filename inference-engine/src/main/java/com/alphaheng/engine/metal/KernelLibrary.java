package com.alphaheng.engine.metal;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The kernels of this program, compiled, and their pipelines by variant. Thread-safe.
public final class KernelLibrary implements AutoCloseable {
    /// Names a precompiled `.metallib` to use in place of compiling the sources.
    public static final String METALLIB_PROPERTY = "marlin.metal.metallib";

    /// The `.metal` files, those that others build on first. They are compiled as one source: no file includes
    /// another.
    public static final List<String> FILES = List.of("Common", "Products", "Tiles", "Cache", "Embed", "RmsNorm",
            "Linear", "LinearResidual", "NormLinear", "NormGateUp", "Rope", "CacheWrite", "RopeCacheWrite",
            "AbsorbQuery", "LatentAttention", "ExpandValue", "MlaAttention", "Elements", "Route", "NormRoute",
            "ExpertLinear", "ExpertGateUp", "ExpertDown", "ArgMax", "SelectNext",
            "SampleNext");

    private final MetalDevice device;
    private final MetalLibrary library;
    private final Map<KernelVariant, MetalPipeline> pipelines = new HashMap<>();

    /// Compiles the kernels.
    ///
    /// @throws MetalException they do not compile here
    public KernelLibrary(MetalDevice device) {
        this.device = device;
        String precompiled = System.getProperty(METALLIB_PROPERTY);
        this.library = precompiled == null ? device.libraryFromSource("kernels", source())
                : device.libraryFromFile("kernels", Path.of(precompiled));
    }

    /// All sources as one, each file announced by a `#line` directive so that errors name it.
    public static String source() {
        StringBuilder all = new StringBuilder();
        for (String file : FILES) {
            all.append("#line 1 \"").append(file).append(".metal\"\n").append(text(file)).append('\n');
        }
        return all.toString();
    }

    /// The text of one file.
    public static String text(String file) {
        String resource = "/metal/" + file + ".metal";
        try (InputStream stream = KernelLibrary.class.getResourceAsStream(resource)) {
            if (stream == null) {
                throw new IllegalStateException("the program lacks its own file " + resource);
            }
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /// The pipeline of a variant, compiled on first use. Lent: the library closes it.
    ///
    /// @throws MetalException the variant does not compile
    public synchronized MetalPipeline pipeline(KernelVariant variant) {
        MetalPipeline known = pipelines.get(variant);
        if (known == null) {
            known = library.pipeline(device, variant);
            pipelines.put(variant, known);
        }
        return known;
    }

    /// The variants that have a pipeline so far.
    synchronized Set<KernelVariant> compiled() {
        return Set.copyOf(pipelines.keySet());
    }

    /// Names of all kernels.
    public List<String> kernels() {
        return library.functionNames();
    }

    @Override
    public synchronized void close() {
        pipelines.values().forEach(MetalPipeline::close);
        pipelines.clear();
        library.close();
    }
}

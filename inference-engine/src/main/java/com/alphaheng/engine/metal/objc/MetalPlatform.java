package com.alphaheng.engine.metal.objc;

import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Where the Objective-C runtime and Metal come from on this machine, found without linking anything.
public final class MetalPlatform {
    /// Names a library that exports the Objective-C entry points and `MTLCreateSystemDefaultDevice`, used in place of
    /// the system's. The tests point it at the soft Metal.
    public static final String LIBRARY_PROPERTY = "marlin.metal.library";

    private static final String FRAMEWORKS = "/System/Library/Frameworks/";
    // CoreGraphics: without it in the process, MTLCreateSystemDefaultDevice returns nil in command-line programs.
    private static final List<String> SYSTEM_LIBRARIES = List.of("/usr/lib/libobjc.A.dylib",
            FRAMEWORKS + "Foundation.framework/Foundation", FRAMEWORKS + "CoreGraphics.framework/CoreGraphics",
            FRAMEWORKS + "Metal.framework/Metal");

    private MetalPlatform() {
    }

    /// Empty when the libraries are here, else why not, in words a user can act on.
    public static String unavailableReason() {
        try {
            lookup();
            return "";
        } catch (IllegalArgumentException | IllegalStateException failure) {
            return failure.getMessage();
        }
    }

    /// Whether Apple's Metal is in use, as opposed to a library named by [#LIBRARY_PROPERTY].
    public static boolean isSystemMetal() {
        return System.getProperty(LIBRARY_PROPERTY) == null;
    }

    /// Opens the libraries for the life of the process.
    ///
    /// @throws IllegalStateException this is not macOS and no library is named
    /// @throws IllegalArgumentException a library cannot be opened
    static SymbolLookup lookup() {
        String named = System.getProperty(LIBRARY_PROPERTY);
        if (named != null) {
            return SymbolLookup.libraryLookup(Path.of(named).toAbsolutePath(), Arena.global());
        }
        String system = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
        if (!system.contains("mac")) {
            throw new IllegalStateException("Metal needs macOS; this is " + System.getProperty("os.name"));
        }
        SymbolLookup all = _ -> Optional.empty();
        for (String library : SYSTEM_LIBRARIES) {
            all = all.or(SymbolLookup.libraryLookup(library, Arena.global()));
        }
        return all;
    }
}

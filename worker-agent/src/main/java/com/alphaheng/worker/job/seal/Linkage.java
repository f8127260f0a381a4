package com.alphaheng.worker.job.seal;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// What compiled code asks of the system, read from what was built: however a source names a clock, the library that is
/// made of it imports it. A candidate's may import what the base's do, and what computes.
final class Linkage {
    private static final Pattern COMPUTES = Pattern.compile(
            "(__)?(mem(cpy|set|move|cmp|chr)|bcmp|str(len|cmp|ncmp))(_chk)?|malloc|calloc|free|aligned_alloc|"
            // Mathematics of C, also as vectors, and what compilers call for types that a machine has not.
            + "(__)?(a?(sin|cos|tan)h?|atan2|exp(2|10|m1)?|log(2|10|1p|b)?|pow|sqrt|cbrt|hypot|fabs|floor|ceil|"
            + "l?lround|round(even)?|trunc|l?lrint|rint|nearbyint|fmod|remainder|fma|fmin|fmax|fdim|ldexp|frexp|"
            + "scalbl?n|ilogb|modf|copysign|nextafter|erfc?|[tl]gamma|sincos)[fl]?(_finite)?|_ZGV\\w+|"
            + "__(add|sub|mul|div|neg|trunc|extend|float|fix|fixuns|floatun|unord|eq|ne|lt|le|gt|ge)"
            + "\\w*[sdthxb]f\\d?\\w*|"
            + "GOMP_\\w+|omp_get_(num_threads|max_threads|thread_num)|"
            // What the linker puts into every library.
            + "__stack_chk_fail|__cxa_finalize|__gmon_start__|_ITM_\\w+|__tls_get_addr|__libc_start_main");

    private Linkage() {
    }

    /// @param base      what the base's files import, by path
    /// @param candidate the same of the candidate's
    static Optional<Rejection> broken(Map<String, Set<String>> base, Map<String, Set<String>> candidate) {
        Set<String> known = base.values().stream().flatMap(Set::stream).collect(Collectors.toSet());
        return new TreeMap<>(candidate).entrySet().stream().flatMap(file -> file.getValue().stream()
                .filter(name -> !known.contains(name) && !COMPUTES.matcher(name).matches()).sorted()
                .map(name -> new Rejection(SealRule.FORBIDDEN_CALL, file.getKey() + " imports " + name
                        + ", which the base's does not"))).findFirst();
    }
}

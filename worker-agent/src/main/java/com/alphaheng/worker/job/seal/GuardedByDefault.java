package com.alphaheng.worker.job.seal;

import java.util.List;
import java.util.stream.Stream;

/// Files that judge, build or measure in most repositories, by what their names mean to common tools.
final class GuardedByDefault {
    private static final List<String> TESTS = List.of("**/src/test/**", "test/**", "tests/**", "spec/**",
            "**/__tests__/**", "**/test_*.py", "**/*_test.py", "**/*_test.go", "**/*_test.c*", "**/test_*.c*",
            "**/*_test.rs", "**/*.test.*", "**/*.spec.*", "**/*_spec.rb", "**/*Test.java", "**/*Tests.java",
            "**/*Test.kt");
    private static final List<String> EXPECTATIONS = List.of("**/testdata/**", "**/test-data/**", "**/test_data/**",
            "**/fixtures/**", "**/golden/**", "**/goldens/**", "**/expected/**", "**/*.expected",
            "**/*.golden", "**/__snapshots__/**", "**/*.snap");
    private static final List<String> RUNNERS = List.of("**/conftest.py", "**/pytest.ini", "**/.pytest.ini",
            "**/pytest.toml", "**/.pytest.toml", "**/tox.ini", "**/noxfile.py", "**/.coveragerc",
            "**/junit-platform.properties", "**/META-INF/services/**", "**/jest.config.*", "**/vitest.config.*",
            "**/karma.conf.*", "**/.mocharc*", "**/.nycrc*", "**/.rspec", "**/phpunit.xml*");
    private static final List<String> BUILDS = List.of(
            "**/pom.xml", "**/*.gradle", "**/*.gradle.kts", "**/gradle.properties", "**/gradle/**", "**/gradlew*",
            "**/mvnw*", "**/.mvn/**", "**/build.xml", "**/*.sbt", "**/Makefile", "**/Makefile.*", "**/GNUmakefile",
            "**/*.mk", "**/*.mak", "**/*.make", "**/CMakeLists.txt", "**/CMakePresets.json",
            "**/CMakeUserPresets.json", "**/*.cmake", "**/meson.build", "**/meson_options.txt", "**/meson.options",
            "**/build.ninja", "**/configure", "**/configure.ac", "**/SConstruct", "**/SConscript", "**/justfile",
            "**/.justfile", "**/Rakefile", "**/Gemfile", "**/Gemfile.lock", "**/BUILD", "**/BUILD.bazel",
            "**/WORKSPACE", "**/WORKSPACE.bazel", "**/MODULE.bazel*", "**/*.bzl", "**/.bazelrc", "**/package.json",
            "**/package-lock.json", "**/yarn.lock", "**/pnpm-lock.yaml", "**/pnpm-workspace.yaml", "**/deno.json*",
            "**/bunfig.toml", "**/tsconfig*.json", "**/Cargo.toml", "**/Cargo.lock", "**/build.rs", "**/go.mod",
            "**/go.sum", "**/go.work*", "**/build.zig*", "**/Package.swift", "**/pyproject.toml", "**/setup.py",
            "**/setup.cfg", "**/requirements*.txt", "**/uv.lock", "**/poetry.lock", "**/Pipfile*");
    private static final List<String> LOADED_BY_THEMSELVES = List.of("**/.env*", "**/.sdkmanrc", "**/.tool-versions",
            "**/mise.toml", "**/.mise*", "**/*-version", "**/sitecustomize.py", "**/usercustomize.py", "**/*.pth",
            "**/.cargo/**", "**/rust-toolchain*", "**/.npmrc", "**/.yarnrc*", "**/.pnp.*", "**/.babelrc*",
            "**/babel.config.*", "**/.hotspotrc", "**/.hotspot_compiler", "**/.jvmopts", "**/*.jvmoptions",
            "**/.gdbinit", "**/.lldbinit", "**/.inputrc", "**/.curlrc", "**/.wgetrc");
    private static final List<String> AROUND = List.of(".ci/**", ".github/**", ".gitlab-ci.yml", ".circleci/**",
            "**/Dockerfile*", ".vscode/**", ".idea/**", "task-specs/**", SealPolicy.FILE);

    static final List<String> GLOBS = Stream.of(TESTS, EXPECTATIONS, RUNNERS, BUILDS, LOADED_BY_THEMSELVES, AROUND)
            .flatMap(List::stream).toList();

    private GuardedByDefault() {
    }
}

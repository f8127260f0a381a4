package com.alphaheng.worker;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/// The arrows: `config -> runtime, kafka, exec, git, probe -> job core -> task-specs`; adapters do not know one
/// another.
class ArchitectureTest {
    private final JavaClasses classes = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS).importPackages("com.alphaheng.worker");

    @Test
    void theJobCoreKnowsNoAdapterNoFrameworkAndNoProcess() {
        noClasses().that().resideInAPackage("..worker.job..").should().dependOnClassesThat().resideInAnyPackage(
                "..worker.kafka..", "..worker.exec..", "..worker.git..", "..worker.probe..", "..worker.config..",
                "..worker.runtime..", "..worker.disk..", "io.quarkus..", "jakarta..", "org.apache.kafka..",
                "org.jboss..").check(classes);
        noClasses().that().resideInAPackage("..worker.job..").should().dependOnClassesThat()
                .haveFullyQualifiedName("java.lang.ProcessBuilder").check(classes);
        noClasses().that().resideInAPackage("..worker.job..").should()
                .dependOnClassesThat().haveFullyQualifiedName("java.nio.file.Files").check(classes);
    }

    @Test
    void adaptersDoNotKnowOneAnother() {
        String[] adapters = {"kafka", "exec", "git", "probe", "runtime"};
        for (String one : adapters) {
            for (String other : adapters) {
                if (!one.equals(other)) {
                    noClasses().that().resideInAPackage("..worker." + one + "..").should().dependOnClassesThat()
                            .resideInAPackage("..worker." + other + "..").check(classes);
                }
            }
            noClasses().that().resideInAPackage("..worker." + one + "..").should().dependOnClassesThat()
                    .resideInAPackage("..worker.config..").check(classes);
        }
    }

    @Test
    void theWorkerKnowsNeitherCoordinatorNorEngineNorBroker() {
        noClasses().should().dependOnClassesThat().resideInAnyPackage("com.alphaheng.coordinator..",
                "com.alphaheng.engine..", "com.alphaheng.cli..", "com.alphaheng.broker..").check(classes);
    }
}

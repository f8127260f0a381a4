package com.alphaheng.coordinator;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/// The arrows: rest, kafka, config -> runtime -> roadmap core -> task-specs. Nothing points back.
class ArrowsTest {
    private static final String BASE = "com.alphaheng.coordinator.";
    private final JavaClasses imported = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS).importPackages("com.alphaheng.coordinator");

    @Test
    void theCoreKnowsOnlyTheTaskModelAndTheProtocol() {
        classes().that().resideInAPackage(BASE + "roadmap..").and().haveSimpleNameNotEndingWith("Codec")
                .should().onlyDependOnClassesThat().resideInAnyPackage(BASE + "roadmap..", "com.alphaheng.spec..",
                        "com.alphaheng.protocol..", "java..").check(imported);
    }

    @Test
    void onlyTheCodecsOfTheCoreKnowJson() {
        classes().that().resideInAPackage(BASE + "roadmap..").and().haveSimpleNameEndingWith("Codec").should()
                .onlyDependOnClassesThat().resideInAnyPackage(
                BASE + "roadmap..", "com.alphaheng.protocol..", "com.fasterxml.jackson..", "java..").check(imported);
    }

    @Test
    void theRuntimeKnowsTheCoreAndNoFramework() {
        classes().that().resideInAPackage(BASE + "runtime..").should().onlyDependOnClassesThat().resideInAnyPackage(
                BASE + "runtime..", BASE + "roadmap..", "com.alphaheng.spec..", "com.alphaheng.protocol..", "java..",
                "javax.crypto..")
                .check(imported);
    }

    @Test
    void adaptersDoNotKnowEachOther() {
        noClasses().that().resideInAPackage(BASE + "kafka..").should().dependOnClassesThat()
                .resideInAnyPackage(BASE + "rest..", BASE + "config..", BASE + "report..").check(imported);
        noClasses().that().resideInAPackage(BASE + "rest..").should().dependOnClassesThat()
                .resideInAnyPackage(BASE + "kafka..", BASE + "config..").check(imported);
        noClasses().that().resideInAPackage(BASE + "config..").should().dependOnClassesThat()
                .resideInAPackage(BASE + "report..").check(imported);
    }

    @Test
    void theCourierKnowsTheRuntimeOnly() {
        noClasses().that().resideInAPackage(BASE + "webhook..").should().dependOnClassesThat()
                .resideInAnyPackage(BASE + "rest..", BASE + "config..", BASE + "report..", BASE + "kafka..")
                .check(imported);
    }

    @Test
    void reportsAreMadeFromTheCoreAlone() {
        noClasses().that().resideInAPackage(BASE + "report..").should().dependOnClassesThat()
                .resideInAnyPackage(BASE + "rest..", BASE + "kafka..", BASE + "config..", BASE + "runtime..")
                .check(imported);
    }

    @Test
    void workerAndEngineAreNeverImported() {
        noClasses().should().dependOnClassesThat().resideInAnyPackage("com.alphaheng.worker..",
                "com.alphaheng.engine..", "com.alphaheng.cli..", "com.alphaheng.broker..").check(imported);
    }
}

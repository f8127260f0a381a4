package com.alphaheng.coordinator.report;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.time.Clock;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/// Reports know facts only: nothing of the outside can get into one, and the same log gives the same bytes.
class ReportArrowsTest {
    private static final JavaClasses REPORTS = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests()).importPackages("com.alphaheng.coordinator.report");

    @Test
    void reportsDependOnTheRoadmapAndItsNounsOnly() {
        classes().should().onlyDependOnClassesThat().resideInAnyPackage("com.alphaheng.coordinator.report",
                "com.alphaheng.coordinator.roadmap", "com.alphaheng.spec", "com.alphaheng.protocol", "java.lang..",
                "java.util..", "java.time..", "java.math").check(REPORTS);
    }

    @Test
    void reportsReadNoClock() {
        noClasses().should().dependOnClassesThat().belongToAnyOf(Clock.class).orShould()
                .callMethod(Instant.class, "now").check(REPORTS);
    }
}

package com.alphaheng.engine;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import org.junit.jupiter.api.Test;

/// The engine's arrows: server, cli, bench -> engine -> graph -> back end interfaces <- cpu, metal.
/// Nothing points back.
class ArrowsTest {

    private static final String ROOT = "com.alphaheng.engine";
    private static final String[] BACK_ENDS = {ROOT + ".cpu..", ROOT + ".metal..", ROOT + ".cuda.."};

    private static final JavaClasses ENGINE = new ClassFileImporter().importUrl(
        Engine.class.getProtectionDomain().getCodeSource().getLocation());

    private static void check(ArchRule rule) {
        assertThat(ENGINE).isNotEmpty();
        rule.check(ENGINE);
    }

    @Test
    void theModelKnowsNothingElse() {
        check(classes().that().resideInAPackage(ROOT + ".model..").should().onlyDependOnClassesThat()
            .resideInAnyPackage(ROOT + ".model..", "java.."));
    }

    @Test
    void interfacesKnowOnlyTheModel() {
        check(noClasses().that().resideInAPackage(ROOT + ".backend..").should().dependOnClassesThat()
            .resideInAnyPackage(ROOT, ROOT + ".graph..", ROOT + ".format..", ROOT + ".cli..", ROOT + ".bench..",
                ROOT + ".cpu..", ROOT + ".metal..", ROOT + ".tokenizer..", ROOT + ".sampling.."));
    }

    @Test
    void theGraphKnowsInterfacesAndModel() {
        check(classes().that().resideInAPackage(ROOT + ".graph..").should().onlyDependOnClassesThat()
            .resideInAnyPackage(ROOT + ".graph..", ROOT + ".backend..", ROOT + ".model..", "java.."));
    }

    /// `doctor --metal` is the one exception: it checks the GPU layer by layer, so it looks beneath the interface.
    @Test
    void onlyServicesReachBackEnds() {
        check(noClasses().that().resideOutsideOfPackages(BACK_ENDS).and()
            .doNotHaveFullyQualifiedName(ROOT + ".cli.MetalDoctor").should().dependOnClassesThat()
            .resideInAnyPackage(BACK_ENDS));
    }

    @Test
    void backEndsDoNotKnowTheirUsers() {
        check(noClasses().that().resideInAnyPackage(BACK_ENDS).should().dependOnClassesThat()
            .resideInAnyPackage(ROOT, ROOT + ".graph..", ROOT + ".cli..", ROOT + ".bench..", ROOT + ".quantize..",
                ROOT + ".parity..", ROOT + ".synth.."));
    }

    @Test
    void theEngineDoesNotKnowItsUsers() {
        check(noClasses().that().resideInAnyPackage(ROOT, ROOT + ".graph..", ROOT + ".format..", ROOT + ".sampling..",
            ROOT + ".tokenizer..", ROOT + ".chat..").should().dependOnClassesThat()
            .resideInAnyPackage(ROOT + ".cli..", ROOT + ".bench..", ROOT + ".parity..", ROOT + ".server.."));
    }

    @Test
    void theServerIsAUserOfTheEngine() {
        check(noClasses().that().resideInAPackage(ROOT + ".server..").should().dependOnClassesThat()
            .resideInAnyPackage(ROOT + ".graph..", ROOT + ".format..", ROOT + ".cli..", ROOT + ".bench..",
                ROOT + ".parity..", ROOT + ".quantize..", ROOT + ".synth.."));
        check(noClasses().that().resideOutsideOfPackages(ROOT + ".server..", ROOT + ".cli..").should()
            .dependOnClassesThat().resideInAPackage(ROOT + ".server.."));
    }

    @Test
    void httpStaysInOneRoom() {
        check(noClasses().that().resideOutsideOfPackage(ROOT + ".server.http..").should().dependOnClassesThat()
            .resideInAnyPackage("io.vertx..", "io.netty.."));
    }

    @Test
    void foreignFunctionsStayInTheirRooms() {
        for (Class<?> foreign : new Class<?>[] {Linker.class, SymbolLookup.class, MethodHandle.class}) {
            check(noClasses().that().resideOutsideOfPackages(ROOT + ".metal.objc..", ROOT + ".cuda.driver..",
                ROOT + ".cpu.nativelib..").should().dependOnClassesThat().areAssignableTo(foreign));
        }
    }

    @Test
    void theEngineDoesNotKnowThePipeline() {
        check(noClasses().that().resideInAPackage(ROOT + "..").should().dependOnClassesThat()
            .resideInAnyPackage("com.alphaheng.coordinator..", "com.alphaheng.worker..", "com.alphaheng.spec..",
                "com.alphaheng.protocol..", "com.alphaheng.broker..", "com.alphaheng.cli.."));
    }
}

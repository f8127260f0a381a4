package com.alphaheng.engine.metal;

import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import static org.assertj.core.api.Assertions.assertThat;

/// A test that runs on the soft Metal: skipped with a printed reason where no compiler is, and failed by any mistake
/// the soft Metal noted and by any object that outlived the test.
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(SoftMetalTest.Guard.class)
public @interface SoftMetalTest {

    /// Checks around each test and each class.
    final class Guard implements ExecutionCondition, BeforeAllCallback, AfterAllCallback, AfterEachCallback {
        private long openBefore;
        private int aliveBefore;

        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            String problem = SoftMetal.problem();
            if (!problem.isEmpty()) {
                System.out.println("skipped " + context.getDisplayName() + ": " + problem);
                return ConditionEvaluationResult.disabled(problem);
            }
            return ConditionEvaluationResult.enabled("the soft Metal is in place");
        }

        @Override
        public void beforeAll(ExtensionContext context) {
            SoftMetal.use(true);
            SoftMetal.takeViolations();
            openBefore = MetalObject.openObjects();
            aliveBefore = SoftMetal.liveObjects().size();
        }

        @Override
        public void afterEach(ExtensionContext context) {
            assertThat(SoftMetal.takeViolations()).as("mistakes the soft Metal noted").isEmpty();
        }

        @Override
        public void afterAll(ExtensionContext context) {
            SoftMetal.use(false);
            assertThat(SoftMetal.takeViolations()).as("mistakes the soft Metal noted").isEmpty();
            assertThat(MetalObject.openObjects()).as("objects left open in Java").isEqualTo(openBefore);
            assertThat(SoftMetal.liveObjects()).as("Objective-C objects left alive").hasSize(aliveBefore);
        }
    }
}

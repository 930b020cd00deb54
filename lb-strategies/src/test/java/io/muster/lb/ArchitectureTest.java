package io.muster.lb;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.time.Clock;
import java.time.Instant;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;

@AnalyzeClasses(packages = "io.muster.lb", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule KNOWS_THE_JDK_AND_JSPECIFY_ONLY = classes()
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("io.muster.lb", "java..", "org.jspecify.annotations");

    @ArchTest
    static final ArchRule TIME_IS_GIVEN_BUT_TO_THE_WIRING = noClasses()
            .that()
            .doNotBelongToAnyOf(LoadBalancers.class)
            .should()
            .callMethod(System.class, "nanoTime")
            .orShould()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .dependOnClassesThat()
            .belongToAnyOf(Instant.class, Clock.class);

    @ArchTest
    static final ArchRule RANDOMNESS_IS_GIVEN_BUT_TO_THE_WIRING = noClasses()
            .that()
            .doNotBelongToAnyOf(LoadBalancers.class)
            .should()
            .dependOnClassesThat()
            .belongToAnyOf(ThreadLocalRandom.class, Random.class)
            .orShould()
            .callMethod(Math.class, "random");

    @ArchTest
    static final ArchRule STARTS_NO_THREADS = noClasses()
            .should()
            .dependOnClassesThat()
            .areAssignableTo(Thread.class)
            .orShould()
            .dependOnClassesThat()
            .haveNameMatching(
                    "java\\.util\\.(Timer|concurrent\\.(Executors|.*ExecutorService|.*Pool.*|CompletableFuture))");

    @ArchTest
    static final ArchRule ONLY_THE_BALANCER_LOCKS = noClasses()
            .that()
            .doNotBelongToAnyOf(LoadBalancer.class)
            .should()
            .dependOnClassesThat()
            .resideInAPackage("java.util.concurrent.locks..");
}

package io.muster.lease;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.muster.lease.jdbc.FencedDataSource;
import io.muster.lease.store.InMemoryLeaseStore;
import java.time.Clock;
import java.time.Instant;
import java.util.concurrent.ThreadLocalRandom;

@AnalyzeClasses(packages = "io.muster.lease", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule THE_CORE_KNOWS_NO_STORE_AND_NO_GUARD = classes()
            .that()
            .resideInAPackage("io.muster.lease")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("io.muster.lease", "java..", "org.slf4j", "org.jspecify.annotations");

    @ArchTest
    static final ArchRule THE_RULES_AND_WHAT_IS_IN_MEMORY_NEED_THE_JDK_ALONE = classes()
            .that()
            .resideInAnyPackage("io.muster.lease.store", "io.muster.lease.guard")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "io.muster.lease", "io.muster.lease.store", "io.muster.lease.guard", "java..", "org.jspecify..");

    @ArchTest
    static final ArchRule ONLY_REDIS_NEEDS_LETTUCE = noClasses()
            .that()
            .resideOutsideOfPackage("io.muster.lease.redis")
            .and()
            .doNotHaveFullyQualifiedName("io.muster.lease.spring.RedisStore")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.lettuce..", "io.muster.lease.redis");

    @ArchTest
    static final ArchRule THE_RULES_OF_HTTP_NEED_THE_CORE_ALONE = classes()
            .that()
            .resideInAPackage("io.muster.lease.http")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "io.muster.lease", "io.muster.lease.http", "java..", "org.slf4j", "org.jspecify.annotations");

    @ArchTest
    static final ArchRule ONLY_THE_GLUE_KNOWS_SPRING = noClasses()
            .that()
            .resideOutsideOfPackage("io.muster.lease.spring..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "org.springframework..", "reactor..", "jakarta..", "io.micrometer..", "io.muster.lease.spring..");

    @ArchTest
    static final ArchRule THE_GLUE_WORKS_WITHOUT_ACTUATOR = noClasses()
            .that()
            .resideInAPackage("io.muster.lease.spring")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "org.springframework.boot.actuate..", "io.micrometer..", "io.muster.lease.spring.actuate..");

    @ArchTest
    static final ArchRule ONLY_THE_BRIDGE_NEEDS_SHEDLOCK = noClasses()
            .that()
            .resideOutsideOfPackage("io.muster.lease.shedlock")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("net.javacrumbs..", "io.muster.lease.shedlock");

    @ArchTest
    static final ArchRule THE_BRIDGE_NEEDS_THE_CORE_AND_SHEDLOCK_ALONE = classes()
            .that()
            .resideInAPackage("io.muster.lease.shedlock")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "io.muster.lease",
                    "io.muster.lease.shedlock",
                    "net.javacrumbs.shedlock.core",
                    "net.javacrumbs.shedlock.support",
                    "java..",
                    "org.jspecify..");

    @ArchTest
    static final ArchRule TIME_IS_GIVEN_BUT_TO_THE_WIRING = noClasses()
            .that()
            .doNotBelongToAnyOf(Parts.class, InMemoryLeaseStore.class, FencedDataSource.class)
            .and()
            .resideOutsideOfPackage("io.muster.lease.spring..")
            .should()
            .callMethod(System.class, "nanoTime")
            .orShould()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(Instant.class, "now")
            .orShould()
            .dependOnClassesThat()
            .belongToAnyOf(Clock.class);

    @ArchTest
    static final ArchRule TIME_IS_GIVEN_TO_THE_GLUE_TOO = noClasses()
            .that()
            .resideInAPackage("io.muster.lease.spring..")
            .and()
            .haveNameNotMatching(".*AutoConfiguration.*")
            .should()
            .callMethod(System.class, "nanoTime")
            .orShould()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(Instant.class, "now");

    @ArchTest
    static final ArchRule RANDOMNESS_IS_GIVEN_BUT_TO_THE_WIRING = noClasses()
            .that()
            .doNotBelongToAnyOf(Parts.class)
            .should()
            .dependOnClassesThat()
            .belongToAnyOf(ThreadLocalRandom.class)
            .orShould()
            .callMethod(Math.class, "random");
}

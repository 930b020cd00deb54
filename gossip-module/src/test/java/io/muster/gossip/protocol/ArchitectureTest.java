package io.muster.gossip.protocol;

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

/** What would make a run differ from another with the same seed. */
@AnalyzeClasses(packages = "io.muster.gossip.protocol", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule USES_PLAIN_JAVA = classes()
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "io.muster.gossip.protocol",
                    "java.lang..",
                    "java.nio.charset",
                    "java.util",
                    "java.util.function",
                    "java.util.stream",
                    "java.time",
                    "org.jspecify.annotations");

    @ArchTest
    static final ArchRule HAS_NO_CLOCK_OF_ITS_OWN = noClasses()
            .should()
            .callMethod(System.class, "nanoTime")
            .orShould()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .dependOnClassesThat()
            .belongToAnyOf(Instant.class, Clock.class);

    @ArchTest
    static final ArchRule HAS_NO_CHANCE_OF_ITS_OWN = noClasses()
            .should()
            .dependOnClassesThat()
            .belongToAnyOf(ThreadLocalRandom.class, Random.class)
            .orShould()
            .callMethod(Math.class, "random")
            .orShould()
            .callMethod(java.util.UUID.class, "randomUUID");

    @ArchTest
    static final ArchRule LOGARITHMS_ARE_THE_SAME_EVERYWHERE = noClasses()
            .should()
            .callMethod(Math.class, "log", double.class)
            .orShould()
            .callMethod(Math.class, "log10", double.class)
            .orShould()
            .callMethod(Math.class, "pow", double.class, double.class);

    @ArchTest
    static final ArchRule STARTS_NO_THREADS =
            noClasses().should().dependOnClassesThat().areAssignableTo(Thread.class);
}

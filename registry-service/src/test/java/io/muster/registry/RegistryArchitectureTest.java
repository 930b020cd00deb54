package io.muster.registry;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "io.muster.registry", importOptions = ImportOption.DoNotIncludeTests.class)
class RegistryArchitectureTest {
    @ArchTest
    static final ArchRule theCatalogueIsPure = classes()
            .that()
            .resideInAPackage("io.muster.registry.catalogue..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "io.muster.registry.catalogue..",
                    "io.muster.api..",
                    "java.lang..",
                    "java.util..",
                    "org.jspecify..");

    @ArchTest
    static final ArchRule theCatalogueKnowsNoTimeAndNoChance = noClasses()
            .that()
            .resideInAnyPackage("io.muster.registry.catalogue..", "io.muster.registry.health..")
            .should()
            .dependOnClassesThat()
            .haveFullyQualifiedName("java.util.Random")
            .orShould()
            .dependOnClassesThat()
            .resideInAPackage("java.time..")
            .orShould()
            .callMethod(System.class, "nanoTime")
            .orShould()
            .callMethod(System.class, "currentTimeMillis");

    @ArchTest
    static final ArchRule deadlinesKnowTheCatalogueAlone = classes()
            .that()
            .resideInAPackage("io.muster.registry.health..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "io.muster.registry.health..",
                    "io.muster.registry.catalogue..",
                    "io.muster.api..",
                    "java..",
                    "org.jspecify..");

    @ArchTest
    static final ArchRule enginesKnowNoWebAndNoStreams = noClasses()
            .that()
            .resideInAPackage("io.muster.registry.engine..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.muster.registry.web..", "io.muster.registry.watch..", "org.springframework..");

    @ArchTest
    static final ArchRule nobodyKnowsOneEngineButTheWiring = noClasses()
            .that()
            .resideInAnyPackage(
                    "io.muster.registry.web..", "io.muster.registry.watch..", "io.muster.registry.security..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.muster.registry.engine.standalone..");

    @ArchTest
    static final ArchRule nobodyKnowsTheNetworkProberButTheWiring = noClasses()
            .that()
            .resideInAPackage("io.muster.registry.*..")
            .and()
            .resideOutsideOfPackage("io.muster.registry.probe..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.muster.registry.probe..");

    @ArchTest
    static final ArchRule ratisStaysInItsPackage = noClasses()
            .that()
            .resideOutsideOfPackage("io.muster.registry.raft..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.apache.ratis..");

    @ArchTest
    static final ArchRule logsKnowWhatTheyReplicateByItsPortAlone = noClasses()
            .that()
            .resideInAnyPackage("io.muster.registry.raft..", "io.muster.registry.replication..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.muster.registry.catalogue..",
                    "io.muster.registry.engine.standalone..",
                    "io.muster.registry.web..",
                    "org.springframework..");

    @ArchTest
    static final ArchRule streamsKnowNoWeb = noClasses()
            .that()
            .resideInAPackage("io.muster.registry.watch..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.muster.registry.web..", "org.springframework..");

    @ArchTest
    static final ArchRule clocksAreReadInTheWiringAlone = noClasses()
            .that()
            .doNotHaveFullyQualifiedName("io.muster.registry.RegistryConfiguration")
            .should()
            .callMethod(System.class, "nanoTime")
            .orShould()
            .callMethod(System.class, "currentTimeMillis");

    @ArchTest
    static final ArchRule packagesBelowHaveNoCircles =
            slices().matching("io.muster.registry.(*)..").should().beFreeOfCycles();
}

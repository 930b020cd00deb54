package io.muster.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;

/** The arrows of docs/architecture.md. */
@AnalyzeClasses(packages = "io.muster", importOptions = ImportOption.DoNotIncludeTests.class)
class ModuleArrowsTest {
    private static final String API = "io.muster.api..";
    private static final String LB = "io.muster.lb..";
    private static final String GOSSIP = "io.muster.gossip..";
    private static final String LEASE = "io.muster.lease..";
    private static final String REGISTRY = "io.muster.registry..";
    private static final String CLIENT = "io.muster.client..";

    @ArchTest
    static final ArchRule theWireContractUsesJacksonAndTheJdkAlone = classes()
            .that()
            .resideInAPackage(API)
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(API, "java..", "com.fasterxml.jackson..", "org.jspecify..");

    @ArchTest
    static final ArchRule theBalancerUsesTheJdkAlone = classes()
            .that()
            .resideInAPackage(LB)
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(LB, "java..", "org.jspecify..");

    @ArchTest
    static final ArchRule theRegistryKnowsNoClientAndNoGossip = noClasses()
            .that()
            .resideInAPackage(REGISTRY)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(CLIENT, GOSSIP);

    @ArchTest
    static final ArchRule theClientKnowsNoRegistry = noClasses()
            .that()
            .resideInAPackage(CLIENT)
            .should()
            .dependOnClassesThat()
            .resideInAPackage(REGISTRY);

    @ArchTest
    static final ArchRule theClientCoreKnowsNoSpring = noClasses()
            .that()
            .resideInAPackage("io.muster.client")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.springframework..", "io.muster.client.spring..");

    @ArchTest
    static final ArchRule gossipKnowsNobody = noClasses()
            .that()
            .resideInAPackage(GOSSIP)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(API, LB, LEASE, REGISTRY, CLIENT)
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule leasesKnowNobody = noClasses()
            .that()
            .resideInAPackage(LEASE)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(API, LB, GOSSIP, REGISTRY, CLIENT)
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule theStarterWorksWithoutGatewayAndFeign = noClasses()
            .that()
            .resideInAPackage(CLIENT)
            .and()
            .haveNameNotMatching(".*(Gateway|Feign).*")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "org.springframework.cloud.gateway..", "org.springframework.cloud.openfeign..", "feign..");

    @ArchTest
    static final ArchRule theStarterWorksWithoutGossip = noClasses()
            .that()
            .resideInAPackage(CLIENT)
            .and()
            .resideOutsideOfPackage("io.muster.client.spring.gossip")
            .and()
            .haveNameNotMatching(".*\\.Gossip.*")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(GOSSIP);

    @ArchTest
    static final ArchRule theStarterWorksWithoutLeases = noClasses()
            .that()
            .resideInAPackage(CLIENT)
            .and()
            .resideOutsideOfPackage("io.muster.client.spring.lease")
            .and()
            .haveNameNotMatching(".*\\.(RegistryLeaseStore|LeaseCalls).*")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(LEASE);

    @ArchTest
    static final ArchRule theClientsPackagesHaveNoCircles =
            slices().matching("io.muster.client.spring.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule noJacksonOrSpringTypeStandsInASignatureOfASpringFreePackage = methods()
            .that()
            .areDeclaredInClassesThat()
            .resideInAnyPackage(API, LB, GOSSIP, LEASE, "io.muster.client")
            .and()
            .areDeclaredInClassesThat()
            .resideOutsideOfPackage("io.muster.lease.spring..")
            .and()
            .arePublic()
            .and()
            .areDeclaredInClassesThat()
            .arePublic()
            .should(notName("com.fasterxml.jackson", "org.springframework"));

    @ArchTest
    static final ArchRule nobodySleeps = noClasses().should().callMethod(Thread.class, "sleep", long.class);

    private static ArchCondition<JavaMethod> notName(String... packages) {
        return new ArchCondition<>("not name types of " + String.join(", ", packages)) {
            @Override
            public void check(JavaMethod method, ConditionEvents events) {
                for (String forbidden : packages) {
                    boolean named = method.getRawReturnType().getPackageName().startsWith(forbidden)
                            || method.getRawParameterTypes().stream()
                                    .map(JavaClass::getPackageName)
                                    .anyMatch(name -> name.startsWith(forbidden));
                    if (named) {
                        events.add(SimpleConditionEvent.violated(method, method.getFullName() + " names " + forbidden));
                    }
                }
            }
        };
    }
}

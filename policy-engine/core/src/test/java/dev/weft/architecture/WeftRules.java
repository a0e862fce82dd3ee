package dev.weft.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.EvaluationResult;
import java.util.List;

/**
 * The rules of the architecture, once for all modules; {@code docs/architecture.md} gives their
 * reasons. Each holds for an empty module too.
 */
public final class WeftRules {

  /** What protoc made from {@code weft.v1}: not ours to shape. */
  static final String GENERATED = "dev.weft.v1..";

  /** What JMH's annotation processor makes of benchmarks. */
  static final String JMH_GENERATED = "..jmh_generated..";

  static final DescribedPredicate<JavaClass> PURE =
      resideInAnyPackage(
          "dev.weft.agent.compile..",
          "dev.weft.proxy.xds.parse..",
          "dev.weft.policy.failover..",
          "dev.weft.policy.match..",
          "dev.weft.policy.authz..");

  static final DescribedPredicate<JavaClass> QUARKUS_OR_CDI =
      resideInAnyPackage(
          "io.quarkus..", "jakarta.enterprise..", "jakarta.inject..", "io.smallrye.config..");

  static final DescribedPredicate<JavaClass> PROTOBUF =
      resideInAnyPackage("com.google.protobuf..", "io.envoyproxy..", GENERATED);

  /** Stubs and services, not {@code io.grpc.Status}, which is a value. */
  static final DescribedPredicate<JavaClass> GRPC_SERVICE =
      describe(
          "gRPC stubs and services",
          c ->
              c.isAssignableTo("io.grpc.BindableService")
                  || c.isAssignableTo("io.grpc.stub.AbstractStub")
                  || c.getPackageName().startsWith("io.grpc.stub"));

  private static final List<String> EFFECT_FREE =
      List.of(
          "java.io.Serializable",
          "java.io.IOException",
          "java.io.UncheckedIOException",
          "java.io.ObjectStreamException",
          "java.util.concurrent.TimeUnit",
          "java.util.concurrent.ConcurrentMap",
          "java.util.concurrent.ConcurrentHashMap");

  private static final List<String> EFFECTFUL =
      List.of(
          "java.time.Clock",
          "java.time.InstantSource",
          "java.util.Random",
          "java.security.SecureRandom",
          "java.util.random.RandomGenerator",
          "java.lang.Thread",
          "java.lang.ThreadLocal",
          "java.lang.ProcessBuilder",
          "java.net.Socket",
          "java.net.ServerSocket",
          "java.net.DatagramSocket");

  static final DescribedPredicate<JavaClass> EFFECT =
      resideInAnyPackage(
              "java.io..",
              "java.nio.file..",
              "java.nio.channels..",
              "java.net.http..",
              "java.util.concurrent..",
              "java.util.logging..",
              "org.jboss.logging..",
              "org.slf4j..",
              "io.netty.channel..",
              "io.vertx..",
              "io.smallrye.mutiny..")
          .and(
              describe(
                  "not a mere type of a signature or a container",
                  c -> !EFFECT_FREE.contains(c.getName())))
          .or(
              describe(
                  "a clock, randomness, a thread or a socket",
                  c -> EFFECTFUL.contains(c.getName())));

  private WeftRules() {}

  /** The production classes of the module under test, without its dependencies. */
  public static JavaClasses productionClasses() {
    return new ClassFileImporter()
        .withImportOption(location -> location.contains("/target/classes/"))
        .withImportOption(new ImportOption.DoNotIncludeTests())
        .importPackages("dev.weft");
  }

  /** Checks every rule and fails with all that is wrong, not only with the first of it. */
  public static void checkAll(JavaClasses classes) {
    List<String> violated =
        all().stream()
            .map(rule -> rule.allowEmptyShould(true).evaluate(classes))
            .filter(EvaluationResult::hasViolation)
            .map(result -> result.getFailureReport().toString())
            .toList();
    if (!violated.isEmpty()) {
      throw new AssertionError(String.join("\n\n", violated));
    }
  }

  private static List<ArchRule> all() {
    return List.of(
        noPackageCycles(),
        quarkusOnlyAtTheEdge(),
        protobufOnlyWhereTheWireIs(),
        grpcServicesOnlyAtTheEdge(),
        pureStaysPure(),
        filtersStandAlone(),
        loopConfinedSharesNothing(),
        packagesAreNullMarked());
  }

  static ArchRule noPackageCycles() {
    return slices().matching("dev.weft.(**)").should().beFreeOfCycles();
  }

  static ArchRule quarkusOnlyAtTheEdge() {
    return noClasses()
        .that()
        .resideOutsideOfPackages("..app..", "..api..", "..portal..", "dev.weft.policy.server..")
        .should()
        .dependOnClassesThat(QUARKUS_OR_CDI);
  }

  static ArchRule protobufOnlyWhereTheWireIs() {
    return noClasses()
        .that()
        .resideOutsideOfPackages(
            "..xds..",
            "..compile..",
            "..ca..",
            "..replication..",
            "..telemetry..",
            // The authorization protocol, in and out.
            "..filter.authz..",
            "..bench..",
            "dev.weft.policy.server..",
            GENERATED)
        .should()
        .dependOnClassesThat(PROTOBUF);
  }

  static ArchRule grpcServicesOnlyAtTheEdge() {
    return noClasses()
        .that()
        .resideOutsideOfPackages(
            "..xds..",
            "..ca..",
            "..telemetry..",
            "..replication..",
            "..app..",
            "dev.weft.policy.server..",
            "..bench..",
            GENERATED)
        .should()
        .dependOnClassesThat(GRPC_SERVICE);
  }

  static ArchRule pureStaysPure() {
    return noClasses()
        .that(PURE)
        .should()
        .dependOnClassesThat(EFFECT)
        .orShould()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .callMethod(System.class, "nanoTime")
        .orShould()
        .callMethod("java.time.Instant", "now")
        .orShould()
        .callMethod("java.util.UUID", "randomUUID")
        .orShould()
        .callMethod(Math.class, "random");
  }

  static ArchRule filtersStandAlone() {
    return slices().matching("dev.weft.proxy.http.filter.(*)..").should().notDependOnEachOther();
  }

  static ArchRule loopConfinedSharesNothing() {
    return classes().that(LoopConfinement.MARKED).should(LoopConfinement.SHARE_NOTHING);
  }

  static ArchRule packagesAreNullMarked() {
    return classes()
        .that()
        .resideInAPackage("dev.weft..")
        .and()
        .resideOutsideOfPackages(GENERATED, JMH_GENERATED)
        .should(NullMarking.COME_FROM_A_MARKED_PACKAGE);
  }
}

package dev.weft.policy.server;

import dev.weft.policy.identity.DnsLabel;
import dev.weft.policy.identity.TrustDomain;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.Startup;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * The policies, from the configuration. A directory that is missing or that holds anything
 * malformed ends the start.
 */
@Singleton
final class PolicySource {
  private static final Duration LOOK_AT_FILES = Duration.ofMillis(500);

  @Produces
  @Singleton
  @Startup
  Policies policies(
      @ConfigProperty(name = "weft.policy.directory") Path directory,
      @ConfigProperty(name = "weft.policy.trust-domain") String own,
      @ConfigProperty(name = "weft.policy.root-namespace", defaultValue = "weft-system")
          String rootNamespace,
      Clock clock,
      MeterRegistry meters) {
    if (!DnsLabel.matches(rootNamespace)) {
      throw new IllegalStateException(
          "weft.policy.root-namespace: expected a DNS label, found \"" + rootNamespace + "\"");
    }
    Policies policies =
        new Policies(directory, trustDomain(own), rootNamespace, LOOK_AT_FILES, clock);
    FunctionCounter.builder("weft_policy_loads", policies, Policies::loaded)
        .tag("result", "loaded")
        .description("How often the policies' files were read anew")
        .register(meters);
    FunctionCounter.builder("weft_policy_loads", policies, Policies::refused)
        .tag("result", "refused")
        .description("How often the policies' files were read anew")
        .register(meters);
    Gauge.builder("weft_policies", policies, all -> all.current().size())
        .description("Policies in force")
        .register(meters);
    return policies;
  }

  void close(@Disposes Policies policies) {
    policies.close();
  }

  private static TrustDomain trustDomain(String text) {
    try {
      return new TrustDomain(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalStateException("weft.policy.trust-domain: " + e.getMessage(), e);
    }
  }
}

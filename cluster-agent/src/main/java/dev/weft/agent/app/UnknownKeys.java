package dev.weft.agent.app;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.spi.ConfigSource;

/** Keys under {@code weft} in files that nothing reads: most often a misspelt one. */
final class UnknownKeys {
  private static final Set<String> KNOWN =
      Set.of(
          "weft.mesh",
          "weft.cluster",
          "weft.region",
          "weft.zone",
          "weft.data-dir",
          "weft.xds.address",
          "weft.api.host",
          "weft.api.port",
          "weft.registry.source",
          "weft.registry.address",
          "weft.consul.url",
          "weft.consul.token-file",
          "weft.peers-file",
          "weft.providers-file",
          "weft.root-namespace",
          "weft.policy.jwks-refresh",
          "weft.policy.reason-header",
          "weft.policy.default-mtls-mode",
          "weft.ca.lifetime",
          "weft.ca.certificate",
          "weft.ca.key",
          "weft.ca.root",
          "weft.ca.issuers",
          "weft.stale-after",
          "weft.tracing.sampling",
          "weft.tracing.otlp");

  private UnknownKeys() {}

  /**
   * A problem for each of them. Environment and system properties are left out: other programs
   * share that name space.
   */
  static List<String> in(Config config) {
    Set<String> unknown = new TreeSet<>();
    for (ConfigSource source : config.getConfigSources()) {
      String name = source.getName();
      if (name.contains("SysProp") || name.contains("Env")) {
        continue;
      }
      source.getPropertyNames().stream()
          .filter(key -> key.startsWith("weft.") && !KNOWN.contains(key))
          .forEach(unknown::add);
    }
    return unknown.stream().map(key -> key + ": no such key").toList();
  }
}

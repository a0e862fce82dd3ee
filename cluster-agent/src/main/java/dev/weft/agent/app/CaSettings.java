package dev.weft.agent.app;

import dev.weft.agent.ca.CertificateLives;
import dev.weft.agent.ca.ProvidedAuthority;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The certificate authority's configuration. Immutable.
 *
 * @param provided the operator's own; empty: the agent makes one
 * @param issuers the file that says whose tokens enrol whom; empty: nobody's
 */
public record CaSettings(
    CertificateLives lives, Optional<ProvidedAuthority.Sources> provided, Optional<Path> issuers) {

  private static final Duration SHORTEST = Duration.ofSeconds(10);
  private static final Duration LONGEST = Duration.ofDays(7);

  /** As it is without any key. */
  static final CaSettings DEFAULT =
      new CaSettings(CertificateLives.DEFAULT, Optional.empty(), Optional.empty());

  /**
   * @param lifetime of workloads' certificates; already read
   */
  static CaSettings read(List<String> problems, AgentConfig.Ca config, Duration lifetime) {
    if (lifetime.compareTo(SHORTEST) < 0 || lifetime.compareTo(LONGEST) > 0) {
      problems.add("weft.ca.lifetime: expected 10s to 10080m");
      return DEFAULT;
    }
    if (config.certificate().isPresent() != config.key().isPresent()) {
      problems.add("weft.ca.certificate: needs weft.ca.key, and the other way round");
    } else if (config.root().isPresent() && config.certificate().isEmpty()) {
      problems.add("weft.ca.root: needs weft.ca.certificate and weft.ca.key");
    }
    return new CaSettings(
        CertificateLives.DEFAULT.workload(lifetime),
        config
            .certificate()
            .flatMap(certificate ->
                config
                    .key()
                    .map(key ->
                        new ProvidedAuthority.Sources(
                            absolute(certificate),
                            absolute(key),
                            config.root().map(CaSettings::absolute).orElse(null)))),
        config.issuers().map(CaSettings::absolute));
  }

  private static Path absolute(String file) {
    return Path.of(file).toAbsolutePath();
  }
}

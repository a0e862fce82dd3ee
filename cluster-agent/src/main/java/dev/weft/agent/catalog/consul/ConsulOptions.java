package dev.weft.agent.catalog.consul;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * How to reach a Consul.
 *
 * @param url its HTTP API
 * @param tokenFile read for each request; sent as {@code X-Consul-Token}
 * @param hold how long Consul may hold a blocking query, 1 s to 10 min; also how long a query whose
 *     connection died silently can stay unnoticed
 * @param heartbeat between two questions whether Consul is there and has a leader; the answer
 *     renews all evidence
 * @param backOff the first pause after a failure; it doubles up to {@code longestBackOff}
 */
public record ConsulOptions(
    URI url,
    Optional<Path> tokenFile,
    Duration hold,
    Duration heartbeat,
    Duration backOff,
    Duration longestBackOff) {

  /** The usual times. */
  public static ConsulOptions of(URI url, Optional<Path> tokenFile) {
    return new ConsulOptions(
        url,
        tokenFile,
        Duration.ofSeconds(30),
        Duration.ofSeconds(1),
        Duration.ofMillis(500),
        Duration.ofSeconds(10));
  }
}

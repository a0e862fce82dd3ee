package dev.weft.agent.replication;

import java.time.Duration;

/**
 * How fast federation notices and tries again. After a cut is healed, a consumer is connected again
 * within {@code attempt} and {@code longestBackOff}, and one more {@code attempt} for each gateway
 * of the peer that still takes connections and does not answer. A dead address costs less: TCP has
 * a limit of its own, see {@link GrpcPeerDialer}.
 *
 * @param heartbeat between two heartbeats of an origin
 * @param watchdog silence, counted from when the last heartbeat was made and not from when it
 *     arrived, after which a consumer gives a connection up
 * @param attempt from dialling to the first message of the origin: about five round trips, and TLS
 *     on a busy machine
 * @param shortestBackOff after a first failure, and between two gateways of one peer
 * @param longestBackOff after all gateways have failed many times
 * @param stuck how long an origin keeps a stream that takes nothing
 */
public record FederationTimings(
    Duration heartbeat,
    Duration watchdog,
    Duration attempt,
    Duration shortestBackOff,
    Duration longestBackOff,
    Duration stuck) {

  /** What the agent uses. */
  public static final FederationTimings DEFAULT =
      new FederationTimings(
          Duration.ofSeconds(1),
          Duration.ofSeconds(3),
          Duration.ofSeconds(2),
          Duration.ofMillis(200),
          Duration.ofSeconds(1),
          Duration.ofSeconds(15));
}

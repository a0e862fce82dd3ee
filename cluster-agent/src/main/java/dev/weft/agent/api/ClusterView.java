package dev.weft.agent.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.weft.agent.telemetry.GatewayProbes;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A cluster, as shown. What does not apply (to the own cluster, or to a peer never heard of) is
 * left out.
 *
 * @param own whether it is this agent's own
 * @param state of the stream from it: {@code waiting}, {@code dialling}, {@code following} or
 *     {@code backing-off}; the own cluster is {@code local}
 * @param detail why it is so, for people
 * @param health what its statements are worth: fresh, stale, or never heard of
 * @param heartbeatAgeMillis since the newest heartbeat that vouched for the imports was made
 * @param roundTripMicros the fastest of our gateways' probes of its gateways
 * @param imports services that it exports to us
 * @param exports services that we export to it; for the own cluster, services exported to anybody
 * @param problems what is wrong with the configuration of peers; own cluster only
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ClusterView(
    String name,
    boolean own,
    String trustDomain,
    @Nullable String region,
    @Nullable String zone,
    String state,
    @Nullable String detail,
    @Nullable String health,
    @Nullable Long heartbeatAgeMillis,
    @Nullable Long roundTripMicros,
    @Nullable List<String> gateways,
    @Nullable List<GatewayProbes.Probe> probes,
    long imports,
    long exports,
    @Nullable Stream importStream,
    @Nullable Stream exportStream,
    @Nullable List<String> problems) {

  /**
   * How far a stream has come.
   *
   * @param acknowledgedSequence durable at the consumer; for an import stream the same as {@code
   *     sequence}
   */
  public record Stream(boolean connected, long epoch, long sequence, long acknowledgedSequence) {}
}

package dev.weft.gateway.telemetry;

import dev.weft.gateway.probe.ProbeResult;
import dev.weft.gateway.probe.ProbeSink;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Set;

/**
 * Counts probes and their round trips, {@code weft_gateway_probes_total{peer,result}} and {@code
 * weft_gateway_probe_round_trip_seconds{peer}}, and passes them on. Peers' names come from the
 * configuration, so there are few; the meters of a peer go with it. Thread-safe.
 */
public final class ProbeMetrics implements ProbeSink {

  private final MeterRegistry registry;
  private final ProbeSink next;

  public ProbeMetrics(MeterRegistry registry, ProbeSink next) {
    this.registry = registry;
    this.next = next;
  }

  @Override
  public void onResult(ProbeResult result) {
    String label =
        switch (result.outcome()) {
          case ProbeResult.Outcome.Reachable(var roundTrip) -> {
            registry
                .timer("weft.gateway.probe.round.trip", "peer", result.cluster())
                .record(roundTrip);
            yield "reachable";
          }
          case ProbeResult.Outcome.Unreachable(var failure) -> failure.label();
        };
    registry.counter("weft.gateway.probes", "peer", result.cluster(), "result", label).increment();
    next.onResult(result);
  }

  @Override
  public void onPeers(Set<String> clusters) {
    registry.getMeters().stream()
        .filter(meter -> meter.getId().getName().startsWith("weft.gateway.probe"))
        .filter(meter -> !clusters.contains(meter.getId().getTag("peer")))
        .toList()
        .forEach(registry::remove);
    next.onPeers(clusters);
  }
}

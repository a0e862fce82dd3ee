package dev.weft.proxy.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.failure.CodecRefusal;
import dev.weft.proxy.failure.Failure;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ProxyMetricsTest {
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final ProxyMetrics metrics = new ProxyMetrics(registry);

  private void useAll(UpstreamMetrics upstream, String listener) {
    upstream.request(listener, 200, null, 1_000);
    upstream.request(listener, 503, Failure.NO_HEALTHY_HOST, 1_000);
    upstream.attempt(AttemptResult.ANSWERED);
    upstream.retry(UpstreamMetrics.RetryResult.SENT);
    upstream.ejection("gateway_failure");
    upstream.tlsFailure("expired");
    metrics.none().request(listener, 404, Failure.NO_ROUTE, 1_000);
    metrics.refused(listener, CodecRefusal.HTTP1_CODEC_ERROR);
    metrics.connectionRefused(listener, "plaintext");
  }

  private double requests(String upstream) {
    return registry.find("weft.requests").tag("upstream", upstream).counters().stream()
        .mapToDouble(counter -> counter.count())
        .sum();
  }

  @Test
  void aThousandUpstreamsThatComeAndGoLeaveNothing() {
    List<Integer> sizes = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      String name = "u-" + i;
      metrics.retain(Set.of("outbound"), Set.of(name));
      useAll(metrics.upstream(name), "outbound");
      sizes.add(registry.getMeters().size());
    }
    assertThat(sizes).containsOnly(sizes.getFirst());
  }

  @Test
  void aThousandListenersThatComeAndGoLeaveNothing() {
    List<Integer> sizes = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      String name = "l-" + i;
      metrics.retain(Set.of(name), Set.of("payments"));
      useAll(metrics.upstream("payments"), name);
      sizes.add(registry.getMeters().size());
    }
    assertThat(sizes).containsOnly(sizes.getFirst());
  }

  @Test
  void whatComesBackStartsAtZeroAndLateEndsAreNotCounted() {
    metrics.retain(Set.of("outbound"), Set.of("payments"));
    UpstreamMetrics old = metrics.upstream("payments");
    useAll(old, "outbound");
    assertThat(requests("payments")).isEqualTo(2);

    metrics.retain(Set.of("outbound"), Set.of());
    assertThat(registry.find("weft.requests").tag("upstream", "payments").meters()).isEmpty();
    int left = registry.getMeters().size();
    useAll(old, "outbound");
    // A worker that is behind asks for it once more.
    useAll(metrics.upstream("payments"), "outbound");
    assertThat(registry.getMeters()).hasSize(left);

    metrics.retain(Set.of("outbound"), Set.of("payments"));
    assertThat(metrics.upstream("payments")).isNotSameAs(old);
    metrics.upstream("payments").request("outbound", 200, null, 1_000);
    old.request("outbound", 200, null, 1_000);
    assertThat(requests("payments")).isEqualTo(1);
  }

  @Test
  void withoutAConfigurationEverythingIsThere() {
    useAll(metrics.upstream("payments"), "outbound");
    assertThat(requests("payments")).isEqualTo(2);
  }
}

package dev.weft.proxy.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.failure.CodecRefusal;
import dev.weft.proxy.failure.Failure;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheus.PrometheusConfig;
import io.micrometer.prometheus.PrometheusMeterRegistry;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

@SuppressWarnings("deprecation") // The registry of the Quarkus platform.
class ProxyMetricsTest {
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final ProxyMetrics metrics = new ProxyMetrics(registry);

  private static RequestRecord record(String listener, int status, @Nullable Failure failure) {
    RequestRecord record = asked(listener, null);
    record.routed("r", "payments");
    record.status(status);
    if (failure != null) {
      record.failure(failure);
    }
    record.end(1_000);
    return record;
  }

  private static RequestRecord asked(String listener, @Nullable String peer) {
    return new RequestRecord(
        0,
        0,
        1,
        listener,
        new InetSocketAddress("127.0.0.1", 4000),
        peer,
        "HTTP/1.1",
        "GET",
        "payments.mesh",
        "/");
  }

  private static RequestRecord from(String peer, String route) {
    RequestRecord record = asked("inbound", peer);
    record.routed(route, "payments");
    record.bytesIn(10);
    record.bytesOut(100);
    record.status(200);
    record.end(1_000);
    return record;
  }

  @Test
  void aRequestIsCountedForItsRouteItsPeerAndItsFailure() {
    UpstreamMetrics upstream = metrics.upstream("payments");
    upstream.request(from("spiffe://east.demo/ns/default/sa/orders", "api"));
    upstream.request(record("inbound", 503, Failure.UPSTREAM_TLS));
    assertThat(
            registry
                .get("weft.requests")
                .tags("route", "api", "peer", "east.demo/default/orders", "flag", "-")
                .counter()
                .count())
        .isEqualTo(1);
    assertThat(registry.get("weft.request.bytes").tag("route", "api").counter().count())
        .isEqualTo(10);
    assertThat(registry.get("weft.response.bytes").tag("route", "api").counter().count())
        .isEqualTo(100);
    // The flag is the same as a connection's that could not be had: the failure tells them apart.
    assertThat(
            registry
                .get("weft.request.failures")
                .tags("failure", "upstream_tls_failure", "peer", "-")
                .counter()
                .count())
        .isEqualTo(1);
  }

  @Test
  void whatIsOverTheBoundIsCountedTogether() {
    ProxyMetrics bounded = new ProxyMetrics(registry, 3);
    UpstreamMetrics upstream = bounded.upstream("payments");
    for (int i = 0; i < 50; i++) {
      upstream.request(from("spiffe://east.demo/ns/default/sa/w" + i, "api"));
      upstream.request(from("spiffe://east.demo/ns/default/sa/w0", "api"));
    }
    assertThat(registry.find("weft.requests").counters()).hasSize(4);
    assertThat(registry.get("weft.requests").tag("peer", "other").counter().count()).isEqualTo(47);
    assertThat(registry.get("weft.metrics.overflow").counter().count()).isEqualTo(47);
    assertThat(registry.get("weft.requests").tag("peer", "east.demo/default/w0").counter().count())
        .isEqualTo(51);
    // A route that goes gives its places back.
    bounded.retain(Set.of("inbound"), Set.of("payments"), Set.of("other-route"));
    upstream.request(from("spiffe://east.demo/ns/default/sa/w9", "other-route"));
    assertThat(registry.find("weft.requests").tag("peer", "east.demo/default/w9").counters())
        .hasSize(1);
  }

  @Test
  void countingAllocatesNothing() {
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    ProxyMetrics real = new ProxyMetrics(new PrometheusMeterRegistry(PrometheusConfig.DEFAULT));
    UpstreamMetrics upstream = real.upstream("payments");
    RequestRecord record = from("spiffe://east.demo/ns/default/sa/orders", "api");
    RequestRecord failed = record("inbound", 503, Failure.NO_HEALTHY_HOST);
    long least = Long.MAX_VALUE;
    // Histograms rotate now and then; of some rounds one has none of that.
    for (int round = 0; round < 20; round++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < 1_000; i++) {
        upstream.request(record);
        upstream.request(failed);
      }
      least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
    }
    assertThat(least).isLessThan(2_000);
  }

  private void useAll(UpstreamMetrics upstream, String listener) {
    upstream.request(record(listener, 200, null));
    upstream.request(record(listener, 503, Failure.NO_HEALTHY_HOST));
    upstream.attempt(AttemptResult.ANSWERED);
    upstream.retry(UpstreamMetrics.RetryResult.SENT);
    upstream.ejection("gateway_failure");
    upstream.tlsFailure("expired");
    metrics.none().request(record(listener, 404, Failure.NO_ROUTE));
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
      metrics.retain(Set.of("outbound"), Set.of(name), Set.of("r"));
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
      metrics.retain(Set.of(name), Set.of("payments"), Set.of("r"));
      useAll(metrics.upstream("payments"), name);
      sizes.add(registry.getMeters().size());
    }
    assertThat(sizes).containsOnly(sizes.getFirst());
  }

  @Test
  void whatComesBackStartsAtZeroAndLateEndsAreNotCounted() {
    metrics.retain(Set.of("outbound"), Set.of("payments"), Set.of("r"));
    UpstreamMetrics old = metrics.upstream("payments");
    useAll(old, "outbound");
    assertThat(requests("payments")).isEqualTo(2);

    metrics.retain(Set.of("outbound"), Set.of(), Set.of("r"));
    assertThat(registry.find("weft.requests").tag("upstream", "payments").meters()).isEmpty();
    int left = registry.getMeters().size();
    useAll(old, "outbound");
    // A worker that is behind asks for it once more.
    useAll(metrics.upstream("payments"), "outbound");
    assertThat(registry.getMeters()).hasSize(left);

    metrics.retain(Set.of("outbound"), Set.of("payments"), Set.of("r"));
    assertThat(metrics.upstream("payments")).isNotSameAs(old);
    metrics.upstream("payments").request(record("outbound", 200, null));
    old.request(record("outbound", 200, null));
    assertThat(requests("payments")).isEqualTo(1);
  }

  @Test
  void withoutAConfigurationEverythingIsThere() {
    useAll(metrics.upstream("payments"), "outbound");
    assertThat(requests("payments")).isEqualTo(2);
  }
}

package dev.weft.proxy.app;

import dev.weft.policy.authz.Decision;
import dev.weft.proxy.listener.Refusal;
import dev.weft.proxy.telemetry.AuthorizationEvent;
import dev.weft.proxy.telemetry.ConnectionCounts;
import dev.weft.proxy.telemetry.DecisionSink;
import dev.weft.proxy.telemetry.ProxyMetrics;
import dev.weft.proxy.telemetry.RequestRecord;
import io.netty.channel.Channel;
import java.time.InstantSource;

/**
 * Counts connections, and writes a line of the access log for each that is refused. Thread-safe.
 */
record ConnectionRefusals(
    ProxyMetrics metrics, ConnectionCounts counts, DecisionSink log, InstantSource clock)
    implements Refusal.Sink {

  ConnectionRefusals(ProxyMetrics metrics, DecisionSink log, InstantSource clock) {
    this(metrics, new ConnectionCounts(metrics), log, clock);
  }

  @Override
  public void accepted(String listener, Channel channel) {
    counts.accepted(listener, channel);
  }

  @Override
  public void secured(String listener, String version, String cipher) {
    counts.secured(listener, version, cipher);
  }

  @Override
  public void dialled(String upstream, Channel channel) {
    counts.dialled(upstream, channel);
  }

  @Override
  public void decided(String listener, String prefix, Decision decision, boolean shadow) {
    metrics.rbac().count(listener, prefix, decision, shadow, false);
  }

  @Override
  public void authorization(String listener, String filter, AuthorizationEvent event) {
    metrics.authorizations().count(listener, filter, event);
  }

  @Override
  public void held(String listener, String filter, int change) {
    metrics.authorizations().held(listener, filter, change);
  }

  @Override
  public void refused(Refusal.Connection connection) {
    metrics.connectionRefused(connection.listener(), connection.reason().label());
    RequestRecord record =
        new RequestRecord(
            clock.millis(),
            0,
            0,
            connection.listener(),
            connection.remoteAddress(),
            connection.peerUri(),
            connection.tls() ? "TLS" : "TCP",
            "",
            connection.serverName(),
            "");
    record.details(connection.details());
    if (connection.decision() != null) {
      record.authorized(connection.decision());
    }
    record.end(0);
    log.accept(record);
  }
}

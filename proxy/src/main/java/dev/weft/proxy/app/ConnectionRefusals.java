package dev.weft.proxy.app;

import dev.weft.proxy.listener.Refusal;
import dev.weft.proxy.telemetry.DecisionSink;
import dev.weft.proxy.telemetry.ProxyMetrics;
import dev.weft.proxy.telemetry.RequestRecord;
import java.time.InstantSource;

/** Counts refused connections and writes a line of the access log for each. Thread-safe. */
record ConnectionRefusals(ProxyMetrics metrics, DecisionSink log, InstantSource clock)
    implements Refusal.Sink {

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
    record.details(connection.reason().details());
    record.end(0);
    log.accept(record);
  }
}

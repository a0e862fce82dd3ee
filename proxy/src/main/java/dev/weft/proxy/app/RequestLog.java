package dev.weft.proxy.app;

import dev.weft.proxy.config.Snapshot;
import dev.weft.proxy.telemetry.AccessLog;
import dev.weft.proxy.telemetry.DecisionSink;
import dev.weft.proxy.telemetry.LogFiles;
import dev.weft.proxy.telemetry.LoggedDecisions;
import dev.weft.proxy.telemetry.ProxyMetrics;
import dev.weft.proxy.telemetry.Spans;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The access log that the bootstrap names, or none. */
final class RequestLog implements AutoCloseable {
  private final @Nullable AccessLog log;

  private final LogFiles files;
  private @Nullable Spans spans;

  private RequestLog(@Nullable AccessLog log, ProxyMetrics metrics) {
    this.log = log;
    this.files = new LogFiles(metrics, new DefaultThreadFactory("weft-log-files", true));
  }

  static RequestLog open(Optional<String> target, ProxyMetrics metrics) throws IOException {
    if (target.isEmpty()) {
      return new RequestLog(null, metrics);
    }
    DefaultThreadFactory threads = new DefaultThreadFactory("weft-access-log", true);
    if (!target.get().equals("-")) {
      return new RequestLog(AccessLog.toFile(Path.of(target.get()), metrics, threads), metrics);
    }
    return new RequestLog(AccessLog.toStandardOutput(metrics, threads), metrics);
  }

  /** Spans are sent too. */
  RequestLog with(Spans exporters) {
    spans = exporters;
    return this;
  }

  /** The configuration names these receivers of spans. */
  void use(Snapshot snapshot) {
    if (spans != null) {
      spans.use(SpanReceivers.of(snapshot));
    }
  }

  DecisionSink sink() {
    return new LoggedDecisions(log == null ? DecisionSink.NONE : log, files, spans);
  }

  @Override
  public void close() throws IOException {
    files.close();
    if (spans != null) {
      spans.close();
    }
    if (log != null) {
      log.close();
    }
  }
}

package dev.weft.proxy.telemetry;

import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.opentelemetry.proto.collector.trace.v1.TraceServiceGrpc;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * Sends sampled spans by OTLP over gRPC, in batches, on a thread of its own. A span that finds the
 * queue full, or whose receiver does not take it, is dropped and counted: no request waits for it.
 * Thread-safe.
 */
public final class SpanExporter implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(SpanExporter.class);
  private static final Batches.Settings SETTINGS =
      new Batches.Settings(4_096, 256, Duration.ofMillis(200), Duration.ZERO);
  private static final long DEADLINE_SECONDS = 5;

  private final ManagedChannel channel;
  private final Source source;
  private final ProxyMetrics metrics;
  private final Batches<RequestRecord> batches;

  /** The thread's own. */
  private boolean failing;

  /** Whose spans they are: OpenTelemetry's resource. */
  public record Source(String service, String namespace, String instance) {}

  /**
   * Starts the thread.
   *
   * @param channel to the receiver, owned from now on
   */
  public SpanExporter(
      ManagedChannel channel, Source source, ProxyMetrics metrics, ThreadFactory threads) {
    this.channel = channel;
    this.source = source;
    this.metrics = metrics;
    this.batches = new Batches<>(SETTINGS, threads, this::send);
  }

  /** Takes a request that is sampled and has ended. */
  public void accept(RequestRecord record) {
    if (!batches.offer(record)) {
      metrics.spansDropped(spans(record));
    }
  }

  private static long spans(RequestRecord record) {
    return record.spansAttempts() ? 1L + record.attempts().size() : 1L;
  }

  private void send(List<RequestRecord> batch) {
    long count = batch.stream().mapToLong(SpanExporter::spans).sum();
    try {
      long rejected =
          TraceServiceGrpc.newBlockingStub(channel)
              .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
              .export(SpanMessages.request(source, batch))
              .getPartialSuccess()
              .getRejectedSpans();
      metrics.spansDropped(rejected);
      metrics.spansSent(count - rejected);
      failing = false;
    } catch (StatusRuntimeException e) {
      metrics.spansDropped(count);
      if (!failing) {
        LOG.warnf("spans are dropped, the receiver does not take them: %s", e.getStatus());
        failing = true;
      }
    }
  }

  /** Sends what waits, for at most two seconds. */
  @Override
  public void close() {
    batches.close();
    channel.shutdownNow();
    batches.interrupt();
  }
}

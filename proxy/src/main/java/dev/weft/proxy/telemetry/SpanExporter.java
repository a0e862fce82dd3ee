package dev.weft.proxy.telemetry;

import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.opentelemetry.proto.collector.trace.v1.TraceServiceGrpc;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;

/**
 * Sends sampled spans by OTLP over gRPC, in batches, on a thread of its own. A span that finds the
 * queue full, or whose receiver does not take it, is dropped and counted: no request waits for it.
 * Thread-safe.
 */
public final class SpanExporter implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(SpanExporter.class);
  private static final int CAPACITY = 4_096;
  private static final int BATCH = 256;
  private static final long POLL_MILLIS = 200;
  private static final long DEADLINE_SECONDS = 5;
  private static final long CLOSE_MILLIS = 2_000;

  private final BlockingQueue<RequestRecord> queue = new ArrayBlockingQueue<>(CAPACITY);
  private final ManagedChannel channel;
  private final Source source;
  private final ProxyMetrics metrics;
  private final AtomicBoolean closing = new AtomicBoolean();
  private final Thread thread;
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
    this.thread = threads.newThread(this::run);
    thread.start();
  }

  /** Takes a request that is sampled and has ended. */
  public void accept(RequestRecord record) {
    if (closing.get() || !queue.offer(record)) {
      metrics.spansDropped(spans(record));
    }
  }

  private static long spans(RequestRecord record) {
    return record.spansAttempts() ? 1L + record.attempts().size() : 1L;
  }

  private void run() {
    List<RequestRecord> batch = new ArrayList<>(BATCH);
    try {
      while (true) {
        RequestRecord first = queue.poll(POLL_MILLIS, TimeUnit.MILLISECONDS);
        if (first != null) {
          batch.add(first);
          queue.drainTo(batch, BATCH - 1);
          send(batch);
          batch.clear();
        } else if (closing.get()) {
          return;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
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
    closing.set(true);
    try {
      thread.join(CLOSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    channel.shutdownNow();
    thread.interrupt();
  }
}

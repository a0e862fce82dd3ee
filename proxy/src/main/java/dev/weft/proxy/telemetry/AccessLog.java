package dev.weft.proxy.telemetry;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import org.jboss.logging.Logger;

/**
 * Writes one JSON line for each request, some 20 ms after its end. Workers hand records over
 * without waiting; when the writer is so far behind that the queue is full the record is dropped
 * and counted, never the request. Thread-safe.
 */
public final class AccessLog implements DecisionSink, AutoCloseable {
  /** Records that may wait; a line is some 500 bytes. */
  public static final int DEFAULT_CAPACITY = 16_384;

  private static final Logger LOG = Logger.getLogger(AccessLog.class);
  private static final int BUFFER = 64 * 1024;

  /**
   * A worker that hands a record over to a sleeping thread pays for waking it. So the writer does
   * not wait for the next record but for a while, and then writes all that came.
   */
  private static final Duration GATHER = Duration.ofMillis(20);

  private static final Duration QUIET = Duration.ofMillis(200);

  private final OutputStream out;
  private final ProxyMetrics metrics;
  private final Batches<RequestRecord> batches;

  /**
   * Starts the writer's thread.
   *
   * @param to owned from now on
   * @param capacity records that may wait
   */
  public AccessLog(OutputStream to, int capacity, ProxyMetrics metrics, ThreadFactory threads) {
    // One system call for a hundred lines.
    this.out = new BufferedOutputStream(to, BUFFER);
    this.metrics = metrics;
    this.batches =
        new Batches<>(
            new Batches.Settings(capacity, Integer.MAX_VALUE, QUIET, GATHER),
            threads,
            new Writer(out, metrics));
  }

  /** Writes to standard output. */
  public static AccessLog toStandardOutput(ProxyMetrics metrics, ThreadFactory threads) {
    return new AccessLog(
        new FileOutputStream(FileDescriptor.out), DEFAULT_CAPACITY, metrics, threads);
  }

  /** Appends to a file, which is made when it is not there. */
  public static AccessLog toFile(Path file, ProxyMetrics metrics, ThreadFactory threads)
      throws IOException {
    return new AccessLog(
        Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND),
        DEFAULT_CAPACITY,
        metrics,
        threads);
  }

  @Override
  public void accept(RequestRecord record) {
    if (!batches.offer(record)) {
      metrics.logDropped();
    }
  }

  /** Of the thread alone. */
  private static final class Writer implements Batches.Taker<RequestRecord> {
    private final OutputStream out;
    private final ProxyMetrics metrics;
    private final AccessLogLine line = new AccessLogLine();
    private boolean failing;

    Writer(OutputStream out, ProxyMetrics metrics) {
      this.out = out;
      this.metrics = metrics;
    }

    @Override
    public void take(List<RequestRecord> batch) {
      for (RequestRecord record : batch) {
        write(record);
      }
      flush();
    }

    private void write(RequestRecord record) {
      try {
        line.write(record, out);
        failing = false;
      } catch (IOException | UncheckedIOException e) {
        failed(e);
      }
    }

    private void flush() {
      try {
        out.flush();
      } catch (IOException | UncheckedIOException e) {
        failed(e);
      }
    }

    private void failed(Exception e) {
      metrics.logDropped();
      if (!failing) {
        LOG.warn("the access log cannot be written", e);
        failing = true;
      }
    }
  }

  /** Writes what waits, for at most two seconds, and closes the file. */
  @Override
  public void close() throws IOException {
    batches.close();
    out.close();
  }
}

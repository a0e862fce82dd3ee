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
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
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
  private static final long CLOSE_MILLIS = 2_000;
  private static final long POLL_MILLIS = 200;

  /**
   * A worker that hands a record over to a sleeping thread pays for waking it. So the writer does
   * not wait for the next record but for a while, and then writes all that came.
   */
  private static final long GATHER_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  private final BlockingQueue<RequestRecord> queue;
  private final OutputStream out;
  private final ProxyMetrics metrics;
  private final AtomicBoolean closing = new AtomicBoolean();
  private final Thread thread;

  /** The writer's thread's own. */
  private boolean failing;

  /**
   * Starts the writer's thread.
   *
   * @param to owned from now on
   * @param capacity records that may wait
   */
  public AccessLog(OutputStream to, int capacity, ProxyMetrics metrics, ThreadFactory threads) {
    this.queue = new ArrayBlockingQueue<>(capacity);
    // One system call for a hundred lines.
    this.out = new BufferedOutputStream(to, BUFFER);
    this.metrics = metrics;
    this.thread = threads.newThread(this::run);
    thread.start();
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
    if (closing.get() || !queue.offer(record)) {
      metrics.logDropped();
    }
  }

  private void run() {
    AccessLogLine line = new AccessLogLine();
    List<RequestRecord> batch = new ArrayList<>();
    while (true) {
      try {
        RequestRecord first = queue.poll(POLL_MILLIS, TimeUnit.MILLISECONDS);
        if (first == null) {
          if (closing.get()) {
            return;
          }
          continue;
        }
        batch.add(first);
        if (!closing.get()) {
          LockSupport.parkNanos(GATHER_NANOS);
        }
        queue.drainTo(batch);
        for (RequestRecord record : batch) {
          write(line, record);
        }
        batch.clear();
        flush();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  private void write(AccessLogLine line, RequestRecord record) {
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

  /** Writes what waits, for at most two seconds, and closes the file. */
  @Override
  public void close() throws IOException {
    closing.set(true);
    try {
      thread.join(CLOSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    out.close();
  }
}

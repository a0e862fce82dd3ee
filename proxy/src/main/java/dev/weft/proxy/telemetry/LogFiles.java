package dev.weft.proxy.telemetry;

import dev.weft.proxy.config.AccessLogConfig.Target;
import java.io.BufferedWriter;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadFactory;
import org.jboss.logging.Logger;

/**
 * Writes the lines of the access logs that the configuration names, on a thread of its own. A line
 * that finds the queue full is dropped and counted, as is one that cannot be written. Files are
 * closed when nothing was written for a while, so that one that was moved away or is not named any
 * more is let go. Thread-safe.
 */
public final class LogFiles implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(LogFiles.class);
  private static final Batches.Settings SETTINGS =
      new Batches.Settings(16_384, 16_384, Duration.ofSeconds(1), Duration.ZERO);

  private record Line(Target target, String text) {}

  private final ProxyMetrics metrics;
  private final OutputStream output;
  private final OutputStream error;
  private final Map<Target, Writer> open = new HashMap<>();
  private final Set<Target> failing = new HashSet<>();
  private final Batches<Line> batches;

  public LogFiles(ProxyMetrics metrics, ThreadFactory threads) {
    this(
        metrics,
        threads,
        new FileOutputStream(FileDescriptor.out),
        new FileOutputStream(FileDescriptor.err));
  }

  /** With other streams for standard output and error, which are written by its thread alone. */
  public LogFiles(
      ProxyMetrics metrics, ThreadFactory threads, OutputStream output, OutputStream error) {
    this.metrics = metrics;
    this.output = output;
    this.error = error;
    this.batches = new Batches<>(SETTINGS, threads, new Lines());
  }

  /** Hands a line over without waiting. */
  public void write(Target target, String line) {
    if (!batches.offer(new Line(target, line))) {
      metrics.logDropped();
    }
  }

  /** What the thread does. */
  private final class Lines implements Batches.Taker<Line> {
    @Override
    public void take(List<Line> batch) {
      batch.forEach(LogFiles.this::append);
      open.forEach(LogFiles.this::flush);
    }

    @Override
    public void idle() {
      closeAll();
    }
  }

  private void append(Line line) {
    try {
      Writer writer = open.get(line.target);
      if (writer == null) {
        writer = open(line.target);
        open.put(line.target, writer);
      }
      writer.append(line.text);
      failing.remove(line.target);
    } catch (IOException | InvalidPathException e) {
      failed(line.target, e);
    }
  }

  private void flush(Target target, Writer writer) {
    try {
      writer.flush();
    } catch (IOException e) {
      failed(target, e);
    }
  }

  private Writer open(Target target) throws IOException {
    return new BufferedWriter(
        new OutputStreamWriter(
            switch (target) {
              case Target.File(String path) ->
                  Files.newOutputStream(
                      Path.of(path), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
              case Target.StandardOutput out -> output;
              case Target.StandardError err -> error;
            },
            StandardCharsets.UTF_8));
  }

  private void failed(Target target, Exception e) {
    metrics.logDropped();
    if (failing.add(target)) {
      LOG.warnf("the access log %s cannot be written: %s", target, e);
    }
  }

  private void closeAll() {
    open.forEach((target, writer) -> {
      try {
        if (target instanceof Target.File) {
          writer.close();
        } else {
          writer.flush();
        }
      } catch (IOException e) {
        failed(target, e);
      }
    });
    open.clear();
  }

  /** Writes what waits, for at most two seconds. */
  @Override
  public void close() {
    batches.close();
    batches.interrupt();
  }
}

package dev.weft.proxy.telemetry;

import dev.weft.proxy.config.Tracing.Receiver;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadFactory;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Hands each sampled request to the exporter of its receiver: those that the configuration names,
 * and the node's own for the others. Thread-safe.
 */
public final class Spans implements AutoCloseable {
  private final Map<Receiver, SpanExporter> named = new ConcurrentHashMap<>();
  private final @Nullable SpanExporter own;
  private final Function<Receiver, SpanExporter> open;
  private final ThreadFactory threads;

  /**
   * @param own of requests whose configuration names no receiver; {@code null}: their spans are not
   *     sent
   * @param open makes the exporter of a receiver
   * @param threads for ending exporters that are not needed any more, which takes a moment
   */
  public Spans(
      @Nullable SpanExporter own, Function<Receiver, SpanExporter> open, ThreadFactory threads) {
    this.own = own;
    this.open = open;
    this.threads = threads;
  }

  /** Those that the configuration names from now on. */
  public synchronized void use(Set<Receiver> receivers) {
    receivers.forEach(receiver -> named.computeIfAbsent(receiver, open));
    named
        .entrySet()
        .removeIf(entry -> {
          boolean left = !receivers.contains(entry.getKey());
          if (left) {
            threads.newThread(entry.getValue()::close).start();
          }
          return left;
        });
  }

  /** Takes a request that has ended; does nothing for one that is not sampled. */
  public void accept(RequestRecord record) {
    SpanFacts facts = record.span();
    if (facts == null) {
      return;
    }
    SpanExporter exporter = facts.receiver() == null ? own : named.get(facts.receiver());
    if (exporter != null) {
      exporter.accept(record);
    }
  }

  @Override
  public synchronized void close() {
    use(Set.of());
    if (own != null) {
      own.close();
    }
  }
}

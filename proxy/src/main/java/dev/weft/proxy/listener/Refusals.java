package dev.weft.proxy.listener;

import dev.weft.proxy.LoopConfined;
import io.netty.channel.Channel;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * Closes, counts and logs refused connections of a worker. A peer decides how many there are, so of
 * each reason one line a second is logged, with the number left out before it.
 */
@LoopConfined
final class Refusals {
  private static final Logger LOG = Logger.getLogger(Refusals.class);
  private static final long EVERY = TimeUnit.SECONDS.toNanos(1);

  private static final class Rate {
    private long last = System.nanoTime() - EVERY;
    private long silent;
  }

  private final Refusal.Sink sink;
  private final Map<Refusal, Rate> rates = new EnumMap<>(Refusal.class);

  Refusals(Refusal.Sink sink) {
    this.sink = sink;
  }

  /** Refuses a connection at once. */
  void refuse(Channel channel, Refusal.Connection connection, String detail) {
    refuse(channel, connection, detail, Duration.ZERO);
  }

  /**
   * Refuses a connection.
   *
   * @param detail goes to the log; bounded, what comes from a peer is quoted
   * @param delay how long it is left open, unread
   */
  void refuse(Channel channel, Refusal.Connection connection, String detail, Duration delay) {
    note(connection, detail);
    if (delay.isZero()) {
      channel.close();
    } else {
      channel.config().setAutoRead(false);
      channel.eventLoop().schedule(() -> channel.close(), delay.toNanos(), TimeUnit.NANOSECONDS);
    }
  }

  /** A connection that was let in is refused by now; who calls this closes it. */
  void note(Refusal.Connection connection, String detail) {
    sink.refused(connection);
    Refusal reason = connection.reason();
    Rate rate = rates.computeIfAbsent(reason, _ -> new Rate());
    long now = System.nanoTime();
    if (now - rate.last >= EVERY) {
      LOG.warnf(
          "refused listener=%s reason=%s peer=%s detail=\"%s\" notLogged=%d",
          connection.listener(),
          reason.label(),
          connection.remoteAddress(),
          bounded(detail),
          rate.silent);
      rate.last = now;
      rate.silent = 0;
    } else {
      rate.silent++;
    }
  }

  private static String bounded(String text) {
    String cut = text.length() > 300 ? text.substring(0, 300) + "…" : text;
    return cut.replaceAll("[^\\x20-\\x7e…]", "?").replace('"', '\'');
  }
}

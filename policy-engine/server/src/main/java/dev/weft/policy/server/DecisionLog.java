package dev.weft.policy.server;

import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.jboss.logging.Logger;

/**
 * Logs denials and what AUDIT policies matched, at most {@value #PER_SECOND} in a second, since
 * anybody can cause them; what was left out is counted in the next line. Thread-safe by its lock.
 */
@Singleton
public class DecisionLog {

  static final int PER_SECOND = 20;

  private static final Logger LOG = Logger.getLogger(DecisionLog.class);

  private final Clock clock;
  private Instant second = Instant.EPOCH;
  private int logged;
  private long left;

  /** With this clock. */
  public DecisionLog(Clock clock) {
    this.clock = clock;
  }

  void denied(String principal, String reason) {
    String line = line(principal, reason);
    if (!line.isEmpty()) {
      LOG.info(line);
    }
  }

  void audited(String principal, String rule) {
    denied(principal, "audited by rule " + rule);
  }

  /** The line to log; empty: none. */
  synchronized String line(String principal, String reason) {
    Instant now = clock.instant();
    if (Duration.between(second, now).toMillis() >= 1000) {
      second = now;
      logged = 0;
    }
    if (logged >= PER_SECOND) {
      left++;
      return "";
    }
    logged++;
    String before = left == 0 ? "" : "(" + left + " lines not logged) ";
    left = 0;
    return before + "principal=" + printable(principal) + " " + printable(reason);
  }

  private static String printable(String text) {
    String start = text.length() <= 1024 ? text : text.substring(0, 1024) + "…";
    return start.isEmpty() ? "none" : start.replaceAll("\\p{Cntrl}", "?");
  }
}

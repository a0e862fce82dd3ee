package dev.weft.proxy.oracle;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.Callable;
import org.awaitility.core.ConditionTimeoutException;

/** How long is waited for what appears after the last answer: copies of requests, lines of logs. */
final class Waits {

  private static final Duration CERTAIN = Duration.ofSeconds(30);

  /** In a changed configuration it may never come. */
  private static final Duration PERHAPS = Duration.ofSeconds(2);

  private Waits() {}

  static void until(boolean perhaps, Callable<Boolean> there) {
    try {
      await().atMost(perhaps ? PERHAPS : CERTAIN).pollInterval(Duration.ofMillis(10)).until(there);
    } catch (ConditionTimeoutException never) {
      if (!perhaps) {
        throw never;
      }
    }
  }
}

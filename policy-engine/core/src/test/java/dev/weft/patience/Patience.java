package dev.weft.patience;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/**
 * How long a test waits for what has to happen, where it does not say: long enough for a machine
 * that is busy with something else, since only a test that fails waits that long. Found by JUnit as
 * a service, before the first test of a module.
 */
public final class Patience implements LauncherSessionListener {
  /** The limit of every {@code await()}; Awaitility's own is ten seconds. */
  public static final Duration LIMIT = Duration.ofSeconds(40);

  @Override
  public void launcherSessionOpened(LauncherSession session) {
    Awaitility.setDefaultTimeout(LIMIT);
  }
}

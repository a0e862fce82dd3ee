package dev.weft.agent.app;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jboss.logging.Logger;

/**
 * What was started, to be ended in reverse. Confined to the thread that starts and stops the agent.
 */
final class Lifetimes implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(Lifetimes.class);

  private final Deque<AutoCloseable> started = new ArrayDeque<>();

  <T extends AutoCloseable> T add(T part) {
    started.push(part);
    return part;
  }

  @Override
  public void close() {
    while (!started.isEmpty()) {
      AutoCloseable part = started.pop();
      try {
        part.close();
      } catch (Exception e) {
        LOG.warnf(e, "%s did not end well", part.getClass().getSimpleName());
      }
    }
  }
}

package dev.weft.agent.app;

import dev.weft.agent.ca.AgentIdentity;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/** Looks once a minute whether the agent's own certificate is due. */
final class Renewals implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(Renewals.class);

  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("weft-renewal").factory());

  Renewals(AgentIdentity identity) {
    timer.scheduleWithFixedDelay(() -> renew(identity), 1, 1, TimeUnit.MINUTES);
  }

  private static void renew(AgentIdentity identity) {
    try {
      if (identity.renewIfDue()) {
        LOG.infof("renewed the agent's own certificate until %s", identity.notAfter());
      }
    } catch (IOException | GeneralSecurityException | RuntimeException e) {
      LOG.errorf(
          e,
          "the agent's own certificate is not renewed; the present one ends at %s",
          identity.notAfter());
    }
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}

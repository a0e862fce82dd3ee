package dev.weft.agent.app;

import dev.weft.agent.attest.Enrolments;
import dev.weft.agent.ca.AgentIdentity;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * Looks once a minute whether the agent's own certificate is due, and which enrolments are over.
 */
final class Renewals implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(Renewals.class);

  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("weft-renewal").factory());

  Renewals(AgentIdentity identity, Enrolments enrolments) {
    timer.scheduleWithFixedDelay(() -> renew(identity), 1, 1, TimeUnit.MINUTES);
    timer.scheduleWithFixedDelay(() -> expire(enrolments), 1, 1, TimeUnit.MINUTES);
  }

  private static void expire(Enrolments enrolments) {
    try {
      enrolments.expire();
    } catch (IOException | RuntimeException e) {
      LOG.warnf(e, "an enrolment that is over could not be removed; tried again in a minute");
    }
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

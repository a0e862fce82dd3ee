package dev.weft.agent.app;

import dev.weft.agent.attest.Denials;
import dev.weft.agent.attest.Enrolments;
import dev.weft.agent.ca.AgentIdentity;
import dev.weft.agent.ca.IssuedCertificates;
import dev.weft.agent.ca.RootRotation;
import dev.weft.agent.telemetry.CertificateMetrics;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * What has to be looked at from time to time: the agent's own certificate and a rotation under way
 * often, what is over once a minute. A failure is logged and tried again.
 */
final class Renewals implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(Renewals.class);
  private static final Duration OFTEN = Duration.ofSeconds(1);
  private static final Duration SOMETIMES = Duration.ofSeconds(10);
  private static final Duration SELDOM = Duration.ofMinutes(1);

  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("weft-renewal").factory());

  /** What is done again and again. */
  interface Task {
    void run() throws IOException, GeneralSecurityException;
  }

  Renewals(
      AgentIdentity identity,
      Enrolments enrolments,
      Denials denials,
      IssuedCertificates issued,
      RootRotation rotation,
      CertificateMetrics metrics,
      Task recognizeDenied) {
    every(OFTEN, "the agent's own certificate is not renewed", () -> renew(identity));
    every(OFTEN, "the rotation of the root could not go on", rotation::step);
    every(OFTEN, "a denial that was recognized could not be written", recognizeDenied);
    every(SOMETIMES, "the ends of certificates could not be read", metrics::update);
    every(SELDOM, "an enrolment that is over could not be removed", enrolments::expire);
    every(SELDOM, "a denial that is over could not be removed", denials::expire);
    every(SELDOM, "the record of a certificate could not be removed", issued::expire);
  }

  private void every(Duration pause, String failed, Task task) {
    timer.scheduleWithFixedDelay(
        () -> {
          try {
            task.run();
          } catch (IOException | GeneralSecurityException | RuntimeException e) {
            LOG.errorf(e, "%s; tried again in %d s", failed, pause.toSeconds());
          }
        },
        pause.toMillis(),
        pause.toMillis(),
        TimeUnit.MILLISECONDS);
  }

  private static void renew(AgentIdentity identity) throws IOException, GeneralSecurityException {
    if (identity.renewIfDue()) {
      LOG.infof("renewed the agent's own certificate until %s", identity.notAfter());
    }
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}

package dev.weft.bench.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.agent.app.RootWitnesses;
import dev.weft.agent.ca.AgentIdentity;
import dev.weft.agent.ca.AuthorityStatus.Phase;
import dev.weft.agent.ca.CertificateLives;
import dev.weft.agent.ca.RootRotation;
import dev.weft.agent.xds.AgentUnderTest;
import dev.weft.proxy.testing.RawClient;
import dev.weft.proxy.testing.RunningSidecar;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * From one root to the next while two callers never pause: agent, sidecars and their TLS are real,
 * only the certificates' lives are short.
 */
class RootRotationUnderLoadTest {
  private static final CertificateLives LIVES =
      new CertificateLives(
          Duration.ofDays(1),
          Duration.ofHours(1),
          Duration.ofMinutes(2),
          Duration.ofSeconds(30),
          Duration.ofSeconds(1));

  @TempDir private Path directory;
  private final AtomicBoolean running = new AtomicBoolean(true);
  private final AtomicLong answered = new AtomicLong();
  private final Queue<String> failed = new ConcurrentLinkedQueue<>();
  private final ScheduledExecutorService renewals = Executors.newSingleThreadScheduledExecutor();

  @AfterEach
  void stop() {
    running.set(false);
    renewals.shutdownNow();
  }

  @Test
  void noRequestFailsWhileTheRootIsRotated() throws Exception {
    try (OneCluster mesh = new OneCluster(directory, LIVES)) {
      AgentUnderTest agent = mesh.agent();
      X509Certificate first = agent.authority.roots().getFirst();
      renewals.scheduleWithFixedDelay(() -> renew(agent.identity), 1, 1, TimeUnit.SECONDS);
      mesh.serve("payments");
      List<Thread> callers = new ArrayList<>();
      for (String account : List.of("orders", "cart")) {
        RunningSidecar caller = mesh.caller("default", account);
        awaitAnswer(caller);
        callers.add(Thread.ofVirtual().start(() -> callAgainAndAgain(caller)));
      }
      RootRotation rotation =
          new RootRotation(
              agent.authority,
              agent.identity,
              new RootWitnesses(agent.state, agent.xds, Map::of),
              Optional::empty);
      assertThat(rotation.rotateRoot()).isEqualTo(RootRotation.Begun.BEGUN);
      awaitPhase(rotation, Phase.RETIRING);
      // One that comes now has a certificate of the new line, the others still of the last.
      awaitAnswer(mesh.caller("default", "late"));
      awaitPhase(rotation, Phase.STEADY);
      Instant steady = Instant.now();
      awaitAnswer(mesh.caller("default", "later"));
      assertThat(agent.authority.roots()).hasSize(1).doesNotContain(first);
      // The agent itself has left the last line: whoever renews now knows it by the new root.
      await()
          .until(
              () -> renewedSince(agent, steady).containsAll(List.of("orders", "cart", "payments")));
      running.set(false);
      for (Thread caller : callers) {
        caller.join(Duration.ofSeconds(60));
      }
      assertThat(failed).isEmpty();
      assertThat(answered.get()).isGreaterThan(100);
    }
  }

  private static void renew(AgentIdentity identity) {
    try {
      identity.renewIfDue();
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static List<String> renewedSince(AgentUnderTest agent, Instant then) {
    return agent.issued.all().stream()
        // A certificate begins a minute before it was made.
        .filter(one -> one.notBefore().plus(Duration.ofMinutes(1)).isAfter(then))
        .map(one -> one.identity().serviceAccount())
        .toList();
  }

  private static void awaitPhase(RootRotation rotation, Phase phase) {
    await()
        .atMost(Duration.ofSeconds(120))
        .until(() -> {
          rotation.step();
          return rotation.status().phase() == phase;
        });
  }

  private static void awaitAnswer(RunningSidecar caller) {
    await().atMost(Duration.ofSeconds(90)).until(() -> call(caller), "payments"::equals);
  }

  private void callAgainAndAgain(RunningSidecar caller) {
    while (running.get()) {
      try {
        String answer = call(caller);
        LockSupport.parkNanos(5_000_000);
        if (answer.equals("payments")) {
          answered.incrementAndGet();
        } else {
          failed.add(answer);
        }
      } catch (IOException e) {
        failed.add(e.toString());
      }
    }
  }

  /** Who answers, or the status when it is not 200. */
  private static String call(RunningSidecar caller) throws IOException {
    try (RawClient client = RawClient.to(caller.outbound().port())) {
      RawClient.Answer answer =
          client
              .send("GET / HTTP/1.1\r\nhost: payments.default.mesh\r\ncontent-length: 0\r\n\r\n")
              .read();
      return answer.status() == 200 ? answer.body() : String.valueOf(answer.status());
    }
  }
}

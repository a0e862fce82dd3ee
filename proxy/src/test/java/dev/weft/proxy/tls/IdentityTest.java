package dev.weft.proxy.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.policy.identity.SpiffeId;
import dev.weft.proxy.bootstrap.DataDirectory;
import dev.weft.proxy.xds.AgentChannels;
import dev.weft.proxy.xds.AgentEndpoint;
import dev.weft.proxy.xds.FakeControlPlane;
import dev.weft.proxy.xds.GrpcCertificateSigner;
import dev.weft.proxy.xds.HostNames;
import io.netty.channel.nio.NioEventLoopGroup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Enrolment, restart and renewal against an authority on a real socket. */
final class IdentityTest {
  private static final TestPki EAST = TestPki.of("east.demo");
  private static final SpiffeId ORDERS = SpiffeId.parse("spiffe://east.demo/ns/default/sa/orders");

  private final ScheduledExecutorService control = Executors.newSingleThreadScheduledExecutor();
  private final NioEventLoopGroup loop = new NioEventLoopGroup(1);
  private final List<TlsMaterial> published = new CopyOnWriteArrayList<>();
  @TempDir private Path directory;
  private FakeControlPlane agent;

  @BeforeEach
  void startAgent() throws IOException {
    agent = FakeControlPlane.start(EAST, "east.demo");
    Files.writeString(directory.resolve("roots.pem"), EAST.bundlePem());
    Files.writeString(directory.resolve("token"), "join\n");
  }

  @AfterEach
  void stopAll() throws InterruptedException {
    // What it is writing would come back into the directory that is removed.
    control.shutdownNow();
    control.awaitTermination(30, TimeUnit.SECONDS);
    agent.close();
    loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
  }

  private Identity start() throws IOException {
    AgentChannels channels =
        new AgentChannels(
            new AgentEndpoint(
                List.of(agent.address()),
                "agent.east.demo",
                "spiffe://east.demo/ns/weft-system/sa/agent"),
            "east.demo",
            loop,
            control,
            InstantSource.system(),
            HostNames.SYSTEM);
    Identity identity =
        new Identity(
            new Identity.Enrolment(
                ORDERS, directory.resolve("roots.pem"), Optional.of(directory.resolve("token"))),
            DataDirectory.open(directory.resolve("data")),
            new GrpcCertificateSigner(channels, "orders-1"),
            control,
            published::add,
            InstantSource.system(),
            new SecureRandom());
    control.execute(identity::start);
    return identity;
  }

  @Test
  void enrolsWithTheTokenAndRestartsWithoutTheAgent() throws IOException {
    start();
    await().until(() -> published.size() == 1);
    assertThat(agent.signedFor()).containsExactly("token");
    Path file = directory.resolve("data/identity.pem");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(directory.resolve("data/enrolment-key.pem")).doesNotExist();
    agent.close();
    start();
    await().until(() -> published.size() == 2);
    assertThat(published.get(1).leaf()).isEqualTo(published.get(0).leaf());
  }

  @Test
  void renewsWithItsCertificateAndANewKey() throws IOException {
    // Long enough that it is still good when a slow machine comes to use it.
    agent.signFor(Duration.ofSeconds(10));
    start();
    await().atMost(Duration.ofSeconds(40)).until(() -> published.size() >= 2);
    assertThat(agent.signedFor()).startsWith("token", "certificate");
    assertThat(published.get(1).leaf().getPublicKey())
        .isNotEqualTo(published.get(0).leaf().getPublicKey());
  }

  @Test
  void waitsForATokenThatIsTaken() throws IOException {
    agent.expectToken("another");
    Identity identity = start();
    await().until(() -> identity.status().contains("UNAUTHENTICATED"));
    assertThat(directory.resolve("data/enrolment-key.pem")).exists();
    agent.expectToken("join");
    await().until(() -> published.size() == 1);
  }

  @Test
  void leavesABrokenFileAloneAndEnrolsAgain() throws IOException {
    Files.createDirectories(directory.resolve("data"));
    Files.writeString(
        directory.resolve("data/identity.pem"),
        "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
    start();
    await().until(() -> published.size() == 1);
    assertThat(agent.signedFor()).containsExactly("token");
  }

  @Test
  void doesNotSendTheTokenToAnAgentOfAnotherAuthority() throws IOException {
    Files.writeString(directory.resolve("roots.pem"), TestPki.of("east.demo").bundlePem());
    Identity identity = start();
    await()
        .until(() ->
            identity.status().contains("untrusted_issuer")
                || identity.status().contains("UNAVAILABLE"));
    assertThat(published).isEmpty();
    assertThat(agent.signedFor()).isEmpty();
  }

  @Test
  void rootsThatTheAgentSendsAreKeptOverARestart() throws Exception {
    Identity identity = start();
    await().until(() -> published.size() == 1);
    byte[] next = TestPki.of("east.demo").root().getEncoded();
    List<byte[]> both = List.of(EAST.root().getEncoded(), next);
    control.submit(() -> identity.trust(both)).get(30, TimeUnit.SECONDS);
    assertThat(published).hasSize(2);
    assertThat(published.get(1).leaf()).isEqualTo(published.get(0).leaf());
    assertThat(published.get(1).ownRoots()).hasSize(2);
    // The same again is no change, and roots that would not vouch for us are not taken.
    control.submit(() -> identity.trust(both)).get(30, TimeUnit.SECONDS);
    control.submit(() -> identity.trust(List.of(next))).get(30, TimeUnit.SECONDS);
    assertThat(published).hasSize(2);
    start();
    await().until(() -> published.size() == 3);
    assertThat(published.get(2).ownRoots()).hasSize(2);
  }

  @Test
  void anAgentThatIsAwayBreaksNothingAndTheAlertComesInTime() throws Exception {
    agent.signFor(Duration.ofSeconds(20));
    Identity identity = start();
    await().until(() -> published.size() == 1);
    assertThat(identity.renewalOverdue()).isFalse();
    int port = agent.address().port();
    agent.close();
    await().until(identity::renewalOverdue);
    // The certificate is in force for a while yet, and is all that peers are shown.
    TlsMaterial held = identity.held().orElseThrow();
    assertThat(held.leaf()).isEqualTo(published.get(0).leaf());
    assertThat(published).hasSize(1);
    agent = FakeControlPlane.start(EAST, "east.demo", port);
    await().until(() -> published.size() >= 2 && !identity.renewalOverdue());
  }
}

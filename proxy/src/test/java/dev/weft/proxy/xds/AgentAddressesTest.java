package dev.weft.proxy.xds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.proxy.bootstrap.DataDirectory;
import dev.weft.proxy.config.HostPort;
import dev.weft.proxy.config.Snapshot;
import dev.weft.proxy.tls.TestPki;
import dev.weft.proxy.xds.parse.SampleResources;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.netty.channel.nio.NioEventLoopGroup;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An agent by its name: a resolver of the test's, a real agent on a real socket. */
class AgentAddressesTest {
  private static final TestPki EAST = TestPki.of("east.demo");
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final String NAME = "agent.mesh.svc";

  private final ScheduledExecutorService control =
      Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().name("control").factory());
  private final NioEventLoopGroup loop = new NioEventLoopGroup(1);
  private final List<Snapshot> snapshots = new CopyOnWriteArrayList<>();
  private final List<String> threads = new CopyOnWriteArrayList<>();
  @TempDir private Path directory;
  private FakeControlPlane agent;
  private XdsClient client;

  @BeforeEach
  void startAgent() throws IOException {
    agent = FakeControlPlane.start(EAST, "east.demo");
    agent.put(
        "inbound|9001",
        SampleResources.application("inbound|9001", new HostPort("127.0.0.1", 9001)));
  }

  @AfterEach
  void stopAll() throws Exception {
    control.submit(client::stop).get();
    // What it had to write is written, and nothing comes back into a directory that is removed.
    control.submit(() -> {}).get();
    control.shutdownNow();
    assertThat(control.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
    agent.close();
    loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
  }

  @Test
  void everyAddressOfANameIsTried() throws IOException {
    connect(host -> List.of(ip("127.0.0.9"), ip("::1"), ip("127.0.0.8"), ip("127.0.0.1")));
    await().atMost(LONG).until(this::configured);
    assertThat(threads).allMatch(thread -> !thread.startsWith("control"));
  }

  @Test
  void aNameThatIsNotThereYetOrMovesIsAskedForAgain() throws IOException {
    connect(host ->
        switch (threads.size()) {
          case 1 -> throw new UnknownHostException(host + ": no such name");
          case 2 -> List.of(ip("127.0.0.9"));
          case 3 -> List.of();
          default -> List.of(ip("127.0.0.1"));
        });
    await().atMost(LONG).until(this::configured);
    int asked = threads.size();
    assertThat(asked).isGreaterThanOrEqualTo(4);

    agent.endStreams();
    await().atMost(LONG).until(() -> agent.openStreams() == 1);
    assertThat(threads).as("a connection that ended is looked up anew").hasSizeGreaterThan(asked);
  }

  @Test
  void aNameServerThatDoesNotAnswerHoldsNobodyUp() throws Exception {
    CountDownLatch answered = new CountDownLatch(1);
    connect(host -> {
      try {
        answered.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      return List.of(ip("127.0.0.1"));
    });
    await().atMost(LONG).until(() -> !threads.isEmpty());
    assertThat(control.submit(() -> client.dump()).get(10, TimeUnit.SECONDS)).isNotNull();
    assertThat(loop.submit(() -> "free").get(10, TimeUnit.SECONDS)).isEqualTo("free");
    answered.countDown();
    await().atMost(LONG).until(this::configured);
  }

  private boolean configured() {
    return !snapshots.isEmpty() && snapshots.getLast().upstreams().containsKey("inbound|9001");
  }

  private void connect(HostNames names) throws IOException {
    AgentChannels channels =
        new AgentChannels(
            new AgentEndpoint(
                List.of(new HostPort(NAME, agent.address().port())),
                "agent.east.demo",
                "spiffe://east.demo/ns/weft-system/sa/agent"),
            "east.demo",
            loop,
            control,
            InstantSource.system(),
            host -> {
              assertThat(host).isEqualTo(NAME);
              threads.add(Thread.currentThread().getName());
              return names.addressesOf(host);
            });
    client =
        new XdsClient(
            new XdsClient.Settings(
                Node.newBuilder().setId("orders-1").build(), LONG, Duration.ofMillis(200)),
            channels,
            DataDirectory.open(directory),
            "spiffe://east.demo/ns/default/sa/orders",
            control,
            control,
            snapshot -> {
              snapshots.add(snapshot);
              return CompletableFuture.completedFuture(null);
            },
            (type, result) -> {},
            new Random(1));
    control.execute(() -> client.publish(EAST.svid("default", "orders")));
  }

  private static InetAddress ip(String literal) {
    return InetAddress.ofLiteral(literal);
  }
}

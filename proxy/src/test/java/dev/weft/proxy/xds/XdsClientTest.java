package dev.weft.proxy.xds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.Message;
import dev.weft.proxy.bootstrap.DataDirectory;
import dev.weft.proxy.config.EndpointSet;
import dev.weft.proxy.config.HostPort;
import dev.weft.proxy.config.Snapshot;
import dev.weft.proxy.tls.TestPki;
import dev.weft.proxy.tls.TlsMaterial;
import dev.weft.proxy.xds.parse.SampleResources;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.HealthStatus;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.netty.channel.nio.NioEventLoopGroup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The client against an agent on real sockets. */
final class XdsClientTest {
  private static final TestPki EAST = TestPki.of("east.demo");
  private static final TlsMaterial OWN = EAST.svid("default", "orders");
  private static final String PAYMENTS = "spiffe://west.demo/ns/default/sa/payments";
  private static final HostPort PORT = new HostPort("127.0.0.1", 15002);

  private final ScheduledExecutorService control = Executors.newSingleThreadScheduledExecutor();
  private final NioEventLoopGroup loop = new NioEventLoopGroup(1);
  private final List<Snapshot> snapshots = new CopyOnWriteArrayList<>();
  private CompletableFuture<Void> applied = CompletableFuture.completedFuture(null);
  private final List<String> counted = new CopyOnWriteArrayList<>();
  private final List<XdsClient> clients = new ArrayList<>();
  @TempDir private Path directory;
  private FakeControlPlane agent;

  @BeforeEach
  void startAgent() throws IOException {
    agent = FakeControlPlane.start(EAST, "east.demo");
  }

  @AfterEach
  void stopAll() throws Exception {
    for (XdsClient client : clients) {
      stop(client);
    }
    control.shutdownNow();
    assertThat(control.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
    agent.close();
    loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
  }

  private XdsClient client(Duration warmingLimit, HostPort... agents) throws IOException {
    AgentChannels channels =
        new AgentChannels(
            new AgentEndpoint(
                List.of(agents), "agent.east.demo", "spiffe://east.demo/ns/weft-system/sa/agent"),
            "east.demo",
            loop,
            control,
            InstantSource.system(),
            HostNames.SYSTEM);
    XdsClient client =
        new XdsClient(
            new XdsClient.Settings(
                Node.newBuilder().setId("orders-1").build(), warmingLimit, Duration.ofMillis(200)),
            channels,
            DataDirectory.open(directory),
            "spiffe://east.demo/ns/default/sa/orders",
            control,
            control,
            snapshot -> {
              snapshots.add(snapshot);
              return applied;
            },
            (type, result) -> counted.add(type + " " + result),
            new Random(1));
    clients.add(client);
    return client;
  }

  /** Ends it; what it had to write is written: the disk's tasks run on the same thread. */
  private void stop(XdsClient client) throws Exception {
    control.submit(client::stop).get();
    control.submit(() -> {}).get();
  }

  private void run(Runnable task) {
    control.execute(task);
  }

  private Snapshot last() {
    return snapshots.isEmpty() ? Snapshot.EMPTY : snapshots.getLast();
  }

  private static Cluster payments() {
    return SampleResources.upstream(
        "payments.default", "west", "9001.payments.default.west.demo", PAYMENTS);
  }

  private static ClusterLoadAssignment endpoints(int port) {
    return SampleResources.endpoints(
        "payments.default",
        "west",
        "p.9001.payments.default.west.demo",
        "p",
        new HostPort("127.0.0.1", port));
  }

  private void putEverything() {
    agent.put("trust-bundles", SampleResources.trustBundles(Map.of("west.demo", EAST.bundlePem())));
    agent.put("payments.default", payments());
    agent.put("payments.default", endpoints(1000));
    agent.put("outbound", SampleResources.outbound(PORT, "outbound"));
    agent.put("outbound", SampleResources.routes("outbound", "payments.default", "payments.mesh"));
  }

  @Test
  void acknowledgesWhatTheWorkersHave() throws IOException {
    applied = new CompletableFuture<>();
    putEverything();
    XdsClient client = client(Duration.ofSeconds(30), agent.address());
    run(() -> client.publish(OWN));
    await().until(() -> last().listeners().containsKey("outbound"));
    Set<String> routes =
        agent.requests().stream()
            .filter(request -> request.getTypeUrl().endsWith("RouteConfiguration"))
            .map(DeltaDiscoveryRequest::getResponseNonce)
            .collect(Collectors.toSet());
    assertThat(routes).containsExactly("");
    applied.complete(null);
    await()
        .until(() ->
            agent.requests().stream()
                .anyMatch(request ->
                    request.getTypeUrl().endsWith("RouteConfiguration")
                        && !request.getResponseNonce().isEmpty()
                        && !request.hasErrorDetail()));
  }

  @Test
  void publishesOnlyWhatIsWhole() throws IOException {
    putEverything();
    XdsClient client = client(Duration.ofSeconds(30), agent.address());
    run(() -> client.publish(OWN));
    await().until(() -> last().listeners().containsKey("outbound"));
    for (Snapshot snapshot : snapshots) {
      if (snapshot.listeners().containsKey("outbound")) {
        assertThat(snapshot.routes()).containsKey("outbound");
        assertThat(snapshot.upstreams()).containsKey("payments.default");
        assertThat(snapshot.endpoints()).containsKey("payments.default");
        assertThat(snapshot.validation()).containsKey("trust-bundles");
      }
    }
    assertThat(counted).contains("lds accepted", "eds accepted").doesNotContain("eds rejected");
    DeltaDiscoveryRequest first = agent.requests().getFirst();
    assertThat(first.getNode().getId()).isEqualTo("orders-1");
  }

  @Test
  void aListenerWaitsForItsRoutesButNotForEver() throws IOException {
    agent.put("outbound", SampleResources.outbound(PORT, "outbound"));
    XdsClient client = client(Duration.ofMillis(300), agent.address());
    run(() -> client.publish(OWN));
    // The agent says that there is no such route configuration: nothing to wait for.
    await().until(() -> last().listeners().containsKey("outbound"));
    agent.put("outbound", SampleResources.routes("outbound", "absent.default", "a.mesh"));
    // The routes name an upstream that never comes: they are used after the limit.
    await().until(() -> last().routes().containsKey("outbound"));
  }

  @Test
  void takesTheValidResourcesOfAResponseAndNamesTheOthers() throws IOException {
    putEverything();
    XdsClient client = client(Duration.ofSeconds(30), agent.address());
    run(() -> client.publish(OWN));
    await().until(() -> last().listeners().containsKey("outbound"));
    Map<String, Message> changed =
        Map.of(
            "payments.default",
            payments().toBuilder().setLbPolicy(Cluster.LbPolicy.CLUSTER_PROVIDED).build(),
            "inbound|9001",
            SampleResources.application("inbound|9001", PORT));
    agent.putAll(changed);
    await().until(() -> last().upstreams().containsKey("inbound|9001"));
    assertThat(last().upstreams()).containsKey("payments.default");
    await()
        .untilAsserted(() ->
            assertThat(agent.nacks())
                .containsExactly("payments.default: lb_policy: is not supported: 6"));
    assertThat(counted).contains("cds rejected");
  }

  @Test
  void comesBackWithWhatItHasAndMissesNoRemoval() throws IOException {
    putEverything();
    XdsClient client = client(Duration.ofSeconds(30), agent.address());
    run(() -> client.publish(OWN));
    await().until(() -> last().listeners().containsKey("outbound"));
    int port = agent.address().port();
    agent.close();
    agent = FakeControlPlane.start(EAST, "east.demo", port);
    // The new agent knows nothing but this: all else is gone.
    agent.put("inbound|9001", SampleResources.application("inbound|9001", PORT));
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> last().upstreams().containsKey("inbound|9001"));
    await()
        .until(() ->
            last().listeners().isEmpty() && !last().upstreams().containsKey("payments.default"));
    assertThat(agent.requests().getFirst().getInitialResourceVersionsMap())
        .containsKey("payments.default");
  }

  @Test
  void triesTheNextAgentAndKeepsServingMeanwhile() throws IOException {
    FakeControlPlane second = FakeControlPlane.start(EAST, "east.demo");
    second.put("inbound|9002", SampleResources.application("inbound|9002", PORT));
    agent.put("inbound|9001", SampleResources.application("inbound|9001", PORT));
    XdsClient client = client(Duration.ofSeconds(30), agent.address(), second.address());
    run(() -> client.publish(OWN));
    await().until(() -> last().upstreams().containsKey("inbound|9001"));
    agent.close();
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> last().upstreams().containsKey("inbound|9002"));
    assertThat(counted).contains("ads disconnected");
    second.close();
  }

  @Test
  void startsFromDiskWithoutAnAgentAndTrustsNoOldHealth() throws Exception {
    putEverything();
    ClusterLoadAssignment.Builder unhealthy = endpoints(1000).toBuilder();
    unhealthy
        .getEndpointsBuilder(0)
        .getLbEndpointsBuilder(0)
        .setHealthStatus(HealthStatus.UNHEALTHY);
    agent.put("payments.default", unhealthy.build());
    XdsClient client = client(Duration.ofSeconds(30), agent.address());
    run(() -> client.publish(OWN));
    await().until(() -> last().listeners().containsKey("outbound"));
    stop(client);
    assertThat(directory.resolve("configuration")).exists();
    await().until(() -> agent.openStreams() == 0);

    snapshots.clear();
    XdsClient again = client(Duration.ofSeconds(30), agent.address());
    run(again::restore);
    await().until(() -> last().listeners().containsKey("outbound"));
    EndpointSet.Endpoint restored =
        last()
            .endpoints()
            .values()
            .iterator()
            .next()
            .localities()
            .getFirst()
            .endpoints()
            .getFirst();
    assertThat(restored.health()).isEqualTo(EndpointSet.Health.HEALTHY);
    // With the agent again: only the endpoints are sent anew.
    int before = agent.requests().size();
    run(() -> again.publish(OWN));
    await()
        .until(() ->
            last().endpoints().values().stream()
                .anyMatch(set ->
                    set.localities().getFirst().endpoints().getFirst().health()
                        == EndpointSet.Health.UNHEALTHY));
    assertThat(agent.requests().get(before).getInitialResourceVersionsMap())
        .containsKey("payments.default");
  }

  @Test
  void ignoresABrokenFileAndAnothersFile() throws Exception {
    Files.write(directory.resolve("configuration"), new byte[] {1, 2, 3});
    XdsClient client = client(Duration.ofSeconds(30), agent.address());
    agent.put("inbound|9001", SampleResources.application("inbound|9001", PORT));
    run(client::restore);
    run(() -> client.publish(OWN));
    await().until(() -> last().upstreams().containsKey("inbound|9001"));
    stop(client);
    assertThat(Files.size(directory.resolve("configuration"))).isGreaterThan(100);
    byte[] file = Files.readAllBytes(directory.resolve("configuration"));
    file[file.length - 1] ^= 1;
    ResourceStore store = new ResourceStore();
    ResourceCache cache =
        new ResourceCache(DataDirectory.open(directory), "spiffe://east.demo/ns/default/sa/orders");
    Files.write(directory.resolve("configuration"), file);
    cache.restore(store);
    assertThat(store.accepted(ResourceType.CLUSTER)).isEmpty();
  }

  @Test
  void doesNotTalkToAnAgentOfAnotherAuthority() throws IOException {
    FakeControlPlane stranger = FakeControlPlane.start(TestPki.of("east.demo"), "east.demo");
    stranger.put("inbound|9001", SampleResources.application("inbound|9001", PORT));
    XdsClient client = client(Duration.ofSeconds(30), stranger.address());
    run(() -> client.publish(OWN));
    await().until(() -> counted.contains("ads disconnected"));
    assertThat(snapshots).isEmpty();
    assertThat(stranger.requests()).isEmpty();
    stranger.close();
  }
}

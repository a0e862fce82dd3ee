package dev.weft.proxy.xds;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import dev.weft.proxy.config.HostPort;
import dev.weft.proxy.config.Snapshot;
import dev.weft.proxy.tls.TestPki;
import dev.weft.proxy.xds.parse.Parsed;
import dev.weft.proxy.xds.parse.SampleResources;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Make before break, on a clock of the test's own. */
final class WarmingTest {
  private static final HostPort PORT = new HostPort("127.0.0.1", 15002);
  private static final long LIMIT = 1_000;

  private final ResourceStore store = new ResourceStore();
  private final Warming warming = new Warming(store, LIMIT);
  private int version;

  private void accept(ResourceType type, String name, Message proto) {
    Any raw = Any.pack(proto);
    if (type.parse(name, raw) instanceof Parsed.Accepted<Resource>(Resource resource)) {
      store.accept(type, name, new ResourceStore.Entry("v" + ++version, raw, resource, false));
    } else {
      throw new AssertionError(proto);
    }
  }

  private void acceptUpstream(String name) {
    accept(
        ResourceType.CLUSTER,
        name,
        SampleResources.upstream(
            name, "west", "9001." + name + ".west.demo", "spiffe://west.demo/ns/a/sa/b"));
  }

  private void acceptEndpoints(String name) {
    accept(
        ResourceType.ENDPOINTS,
        name,
        SampleResources.endpoints(name, "west", "x." + name, "x", PORT));
  }

  private void acceptBundles() {
    accept(
        ResourceType.SECRET,
        "trust-bundles",
        SampleResources.trustBundles(Map.of("west.demo", TestPki.of("west.demo").bundlePem())));
  }

  private void acceptEverything() {
    acceptBundles();
    acceptUpstream("a.default");
    acceptEndpoints("a.default");
    accept(
        ResourceType.ROUTES, "outbound", SampleResources.routes("outbound", "a.default", "a.mesh"));
    accept(ResourceType.LISTENER, "outbound", SampleResources.outbound(PORT, "outbound"));
  }

  private Snapshot at(long now) {
    warming.advance(now);
    return warming.published();
  }

  @Test
  void anUpstreamWaitsForEndpointsAndTrust() {
    acceptUpstream("a.default");
    assertThat(at(0).upstreams()).isEmpty();
    acceptEndpoints("a.default");
    assertThat(at(1).upstreams()).isEmpty();
    acceptBundles();
    assertThat(at(2).upstreams()).containsKey("a.default");
    assertThat(warming.nextDeadline()).isEmpty();
  }

  @Test
  void waitingEndsAtTheLimit() {
    acceptUpstream("a.default");
    at(0);
    assertThat(warming.nextDeadline()).contains(LIMIT);
    assertThat(at(LIMIT - 1).upstreams()).isEmpty();
    assertThat(at(LIMIT).upstreams()).containsKey("a.default");
    assertThat(warming.advance(LIMIT + 1)).isEmpty();
  }

  @Test
  void newRoutesWaitForTheirUpstreamWhileTheOldOnesServe() {
    acceptEverything();
    assertThat(at(0).listeners()).containsKey("outbound");
    accept(
        ResourceType.ROUTES, "outbound", SampleResources.routes("outbound", "b.default", "b.mesh"));
    assertThat(at(1).routes().get("outbound").virtualHosts().getFirst().name())
        .isEqualTo("a.default");
    acceptUpstream("b.default");
    acceptEndpoints("b.default");
    assertThat(at(2).routes().get("outbound").virtualHosts().getFirst().name())
        .isEqualTo("b.default");
  }

  @Test
  void anUpstreamStaysWhileRoutesNameIt() {
    acceptEverything();
    at(0);
    store.remove(ResourceType.CLUSTER, "a.default");
    store.retain(ResourceType.ENDPOINTS, Set.of());
    Snapshot still = at(1);
    assertThat(still.upstreams()).containsKey("a.default");
    assertThat(still.endpoints()).containsKey("a.default");
    store.remove(ResourceType.ROUTES, "outbound");
    store.remove(ResourceType.LISTENER, "outbound");
    assertThat(at(2))
        .satisfies(gone -> {
          assertThat(gone.listeners()).isEmpty();
          assertThat(gone.routes()).isEmpty();
          assertThat(gone.upstreams()).isEmpty();
        });
  }

  @Test
  void anUpstreamThatRoutesNameForEverGoesAtTheLimit() {
    acceptEverything();
    at(0);
    store.remove(ResourceType.CLUSTER, "a.default");
    assertThat(at(1).upstreams()).containsKey("a.default");
    assertThat(at(1 + LIMIT).upstreams()).isEmpty();
  }

  @Test
  void publishesNothingWhenNothingChanged() {
    acceptEverything();
    assertThat(warming.advance(0)).isPresent();
    assertThat(warming.advance(1)).isEmpty();
  }
}

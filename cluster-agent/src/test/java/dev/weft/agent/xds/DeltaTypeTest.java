package dev.weft.agent.xds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Any;
import dev.weft.agent.compile.Resource;
import dev.weft.agent.compile.ResourceSet;
import dev.weft.agent.compile.ResourceType;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.grpc.StatusException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DeltaTypeTest {
  private final DeltaType endpoints = new DeltaType(ResourceType.ENDPOINTS, null);

  @Test
  void whatWasAskedForAndIsNotThereIsSaidOnceAndSentWhenItComes() throws StatusException {
    endpoints.request(subscribe("a", "b"));
    assertThat(updates(of("a", "1"))).containsExactly("a");
    assertThat(endpoints.removals(of("a", "1"))).containsExactly("b");
    assertThat(endpoints.removals(of("a", "1"))).isEmpty();
    assertThat(updates(of("a", "1", "b", "1"))).containsExactly("b");
  }

  @Test
  void askingAgainForWhatOneHasBringsItAgain() throws StatusException {
    endpoints.request(subscribe("a"));
    assertThat(updates(of("a", "1"))).containsExactly("a");
    assertThat(updates(of("a", "1"))).isEmpty();
    endpoints.request(subscribe("a"));
    assertThat(updates(of("a", "1"))).containsExactly("a");
  }

  @Test
  void whatIsNoLongerWantedIsNoLongerSent() throws StatusException {
    endpoints.request(subscribe("a", "b"));
    updates(of("a", "1", "b", "1"));
    endpoints.request(DeltaDiscoveryRequest.newBuilder().addResourceNamesUnsubscribe("a").build());
    assertThat(updates(of("a", "2", "b", "2"))).containsExactly("b");
    assertThat(endpoints.removals(of("b", "2"))).isEmpty();
  }

  @Test
  void aNameOfTheWildcardThatIsGivenBackIsSentAgain() throws StatusException {
    DeltaType clusters = new DeltaType(ResourceType.CLUSTER, null);
    clusters.request(DeltaDiscoveryRequest.getDefaultInstance());
    assertThat(clusters.owesAnswer()).isTrue();
    assertThat(clusters.updates(of("a", "1"))).hasSize(1);
    clusters.request(DeltaDiscoveryRequest.newBuilder().addResourceNamesUnsubscribe("a").build());
    assertThat(clusters.updates(of("a", "1"))).hasSize(1);
  }

  @Test
  void anAcknowledgementSettlesNothingNew() throws StatusException {
    endpoints.request(subscribe("a"));
    ResourceSet now = of("a", "1");
    updates(now);
    endpoints.removals(now);
    assertThat(endpoints.settled(now)).isTrue();
    endpoints.request(DeltaDiscoveryRequest.newBuilder().setResponseNonce("1").build());
    assertThat(endpoints.settled(now)).isTrue();
    assertThat(endpoints.settled(of("a", "2"))).isFalse();
  }

  @Test
  void aClientThatNeverAnswersIsBlockedAtLast() {
    for (int i = 0; i < 32; i++) {
      assertThat(endpoints.acks().blocked()).isFalse();
      endpoints.sent(Integer.toString(i), "7", List.of(), List.of());
    }
    assertThat(endpoints.acks().blocked()).isTrue();
    endpoints.acks().answered("31", false, com.google.rpc.Status.getDefaultInstance());
    assertThat(endpoints.acks().blocked()).isFalse();
    assertThat(endpoints.acks().acknowledged()).isEqualTo("7");
  }

  @Test
  void thereIsAnEndToWhatOneMayAskFor() {
    List<String> many = java.util.stream.IntStream.range(0, 20_001).mapToObj(i -> "n" + i).toList();
    assertThatThrownBy(() ->
            endpoints.request(
                DeltaDiscoveryRequest.newBuilder().addAllResourceNamesSubscribe(many).build()))
        .isInstanceOf(StatusException.class)
        .hasMessageContaining("RESOURCE_EXHAUSTED");
    assertThatThrownBy(() -> endpoints.request(subscribe("n".repeat(513))))
        .isInstanceOf(StatusException.class);
  }

  private List<String> updates(ResourceSet now) {
    return endpoints.updates(now).stream().map(Resource::name).toList();
  }

  private static DeltaDiscoveryRequest subscribe(String... names) {
    return DeltaDiscoveryRequest.newBuilder()
        .addAllResourceNamesSubscribe(Arrays.asList(names))
        .build();
  }

  private static ResourceSet of(String... namesAndVersions) {
    Map<String, Resource> resources = new HashMap<>();
    for (int i = 0; i < namesAndVersions.length; i += 2) {
      resources.put(
          namesAndVersions[i],
          new Resource(
              namesAndVersions[i],
              namesAndVersions[i + 1],
              Any.getDefaultInstance(),
              java.util.Set.of()));
    }
    return new ResourceSet(Map.copyOf(resources), Map.of());
  }
}

package dev.weft.agent.xds;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.agent.compile.ResourceType;
import dev.weft.agent.model.ServiceKey;
import dev.weft.agent.state.Delta;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** State of the world, as gRPC's own clients speak it. */
class SotwTest {
  private static final String PAYMENTS = "spiffe://east.demo/ns/default/sa/payments";

  @TempDir Path data;

  @Test
  void clustersComeAsAWholeAndEndpointsAsTheyChange() throws Exception {
    try (AgentUnderTest agent = new AgentUnderTest(data, "east");
        TestNode node = new TestNode(agent).enrol(agent.token("payments"), PAYMENTS)) {
      agent.register("payments", "payments-1", 9001);
      agent.register("orders", "orders-1", 8001);
      agent.state.settle().toCompletableFuture().get(60, TimeUnit.SECONDS);
      BlockingQueue<DiscoveryResponse> responses = new LinkedBlockingQueue<>();
      StreamObserver<DiscoveryRequest> requests = open(node, responses);

      requests.onNext(
          request(ResourceType.CLUSTER).setNode(TestNode.sidecar("grpc", 1, 2)).build());
      DiscoveryResponse clusters = next(responses);
      assertThat(names(clusters)).containsExactly("orders.default", "payments.default");
      requests.onNext(acknowledge(clusters).build());

      requests.onNext(request(ResourceType.ENDPOINTS).addResourceNames("payments.default").build());
      DiscoveryResponse endpoints = next(responses);
      assertThat(endpoints.getResourcesCount()).isEqualTo(1);
      requests.onNext(acknowledge(endpoints).addResourceNames("payments.default").build());

      agent.state.submit(
          new Delta.ServiceInstances(new ServiceKey("default", "orders"), List.of()));
      DiscoveryResponse fewer = next(responses);
      assertThat(fewer.getTypeUrl()).isEqualTo(ResourceType.CLUSTER.typeUrl());
      assertThat(names(fewer)).containsExactly("payments.default");
      assertThat(fewer.getVersionInfo()).isNotEqualTo(clusters.getVersionInfo());
      requests.onCompleted();
    }
  }

  @Test
  void anAnswerToAnEarlierResponseIsIgnored() throws Exception {
    try (AgentUnderTest agent = new AgentUnderTest(data, "east");
        TestNode node = new TestNode(agent).enrol(agent.token("payments"), PAYMENTS)) {
      agent.register("payments", "payments-1", 9001);
      agent.state.settle().toCompletableFuture().get(60, TimeUnit.SECONDS);
      BlockingQueue<DiscoveryResponse> responses = new LinkedBlockingQueue<>();
      StreamObserver<DiscoveryRequest> requests = open(node, responses);
      requests.onNext(
          request(ResourceType.CLUSTER).setNode(TestNode.sidecar("grpc", 1, 2)).build());
      next(responses);
      requests.onNext(
          request(ResourceType.CLUSTER)
              .setResponseNonce("stale")
              .addResourceNames("other")
              .build());
      agent.register("orders", "orders-1", 8001);
      assertThat(names(next(responses))).containsExactly("orders.default", "payments.default");
    }
  }

  private static StreamObserver<DiscoveryRequest> open(
      TestNode node, BlockingQueue<DiscoveryResponse> responses) {
    return AggregatedDiscoveryServiceGrpc.newStub(node.channel())
        .streamAggregatedResources(
            new StreamObserver<>() {
              @Override
              public void onNext(DiscoveryResponse response) {
                responses.add(response);
              }

              @Override
              public void onError(Throwable cause) {}

              @Override
              public void onCompleted() {}
            });
  }

  private static DiscoveryResponse next(BlockingQueue<DiscoveryResponse> responses)
      throws Exception {
    DiscoveryResponse response = responses.poll(60, TimeUnit.SECONDS);
    if (response == null) {
      throw new AssertionError("no response in 60 s");
    }
    return response;
  }

  private static DiscoveryRequest.Builder request(ResourceType type) {
    return DiscoveryRequest.newBuilder().setTypeUrl(type.typeUrl());
  }

  private static DiscoveryRequest.Builder acknowledge(DiscoveryResponse response) {
    return DiscoveryRequest.newBuilder()
        .setTypeUrl(response.getTypeUrl())
        .setVersionInfo(response.getVersionInfo())
        .setResponseNonce(response.getNonce());
  }

  private static List<String> names(DiscoveryResponse response) throws Exception {
    List<String> names = new ArrayList<>();
    for (var resource : response.getResourcesList()) {
      names.add(resource.unpack(Cluster.class).getName());
    }
    return names;
  }
}

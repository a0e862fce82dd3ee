package dev.weft.proxy.oracle;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import dev.weft.proxy.testing.LoopbackGrpc;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import io.grpc.Server;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Serves listeners and clusters by delta ADS, each in a response of its own, and keeps what the
 * client says to each. The place in the list is the nonce.
 */
final class RefusalControlPlane implements AutoCloseable {

  private static final Set<String> TYPES =
      Set.of(
          Any.pack(Cluster.getDefaultInstance()).getTypeUrl(),
          Any.pack(Listener.getDefaultInstance()).getTypeUrl());

  private final List<Message> resources;
  private final Map<Integer, String> answers = new ConcurrentHashMap<>();
  private final Server server;

  RefusalControlPlane(List<Message> resources) {
    this.resources = resources;
    server = LoopbackGrpc.serve(new Discovery());
  }

  int port() {
    return server.getPort();
  }

  /** What was said so far, by place in the list; empty: accepted. */
  Map<Integer, String> answers() {
    return answers;
  }

  @Override
  public void close() {
    server.shutdownNow();
  }

  private final class Discovery
      extends AggregatedDiscoveryServiceGrpc.AggregatedDiscoveryServiceImplBase {
    @Override
    public StreamObserver<DeltaDiscoveryRequest> deltaAggregatedResources(
        StreamObserver<DeltaDiscoveryResponse> responses) {
      return new StreamObserver<>() {
        private final Set<String> served = ConcurrentHashMap.newKeySet();

        @Override
        public void onNext(DeltaDiscoveryRequest request) {
          String nonce = request.getResponseNonce();
          if (nonce.matches("\\d+")) {
            answers.put(
                Integer.valueOf(nonce),
                request.hasErrorDetail() ? request.getErrorDetail().getMessage() : "");
          }
          if (served.add(request.getTypeUrl()) && TYPES.contains(request.getTypeUrl())) {
            serve(request.getTypeUrl(), responses);
          }
        }

        @Override
        public void onError(Throwable gone) {}

        @Override
        public void onCompleted() {
          responses.onCompleted();
        }
      };
    }

    private void serve(String type, StreamObserver<DeltaDiscoveryResponse> responses) {
      // Nothing at first: a client waits for what the first response names.
      responses.onNext(
          DeltaDiscoveryResponse.newBuilder().setTypeUrl(type).setNonce("first").build());
      for (int i = 0; i < resources.size(); i++) {
        Any any = Any.pack(resources.get(i));
        if (any.getTypeUrl().equals(type)) {
          responses.onNext(
              DeltaDiscoveryResponse.newBuilder()
                  .setTypeUrl(type)
                  .setNonce(String.valueOf(i))
                  .addResources(
                      Resource.newBuilder()
                          .setName("refused-" + i)
                          .setVersion("1")
                          .setResource(any))
                  .build());
        }
      }
    }
  }
}

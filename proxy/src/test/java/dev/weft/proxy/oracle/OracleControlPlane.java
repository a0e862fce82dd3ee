package dev.weft.proxy.oracle;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import dev.weft.proxy.testing.LoopbackGrpc;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import io.grpc.Server;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** Serves a fixed set of resources by delta ADS, to a client that it trusts. */
final class OracleControlPlane implements AutoCloseable {

  private final Map<String, Map<String, Any>> resources = new HashMap<>();
  private final List<String> refused = new CopyOnWriteArrayList<>();
  private final Server server;

  /**
   * Serves at once.
   *
   * @param named what is served, by name
   */
  OracleControlPlane(Map<String, Message> named) {
    named.forEach((name, message) -> {
      Any any = Any.pack(message);
      // Names are unique within a type only: the key carries both.
      resources
          .computeIfAbsent(any.getTypeUrl(), type -> new HashMap<>())
          .put(name.substring(name.indexOf(':') + 1), any);
    });
    server = LoopbackGrpc.serve(new Discovery());
  }

  int port() {
    return server.getPort();
  }

  /** What the client did not accept. */
  List<String> refused() {
    return refused;
  }

  @Override
  public void close() {
    server.shutdownNow();
  }

  private final class Discovery
      extends AggregatedDiscoveryServiceGrpc.AggregatedDiscoveryServiceImplBase {

    private final AtomicInteger nonces = new AtomicInteger();

    @Override
    public StreamObserver<DeltaDiscoveryRequest> deltaAggregatedResources(
        StreamObserver<DeltaDiscoveryResponse> answers) {
      return new StreamObserver<>() {
        private final List<String> seen = new ArrayList<>();

        @Override
        public void onNext(DeltaDiscoveryRequest request) {
          if (request.hasErrorDetail()) {
            refused.add(request.getTypeUrl() + " " + request.getErrorDetail().getMessage());
          }
          String type = request.getTypeUrl();
          boolean first = !seen.contains(type);
          seen.add(type);
          Map<String, Any> known = resources.getOrDefault(type, Map.of());
          boolean wildcard = first && request.getResourceNamesSubscribeCount() == 0;
          Collection<String> wanted =
              wildcard ? known.keySet() : request.getResourceNamesSubscribeList();
          if (wanted.isEmpty() && !wildcard) {
            return;
          }
          DeltaDiscoveryResponse.Builder answer =
              DeltaDiscoveryResponse.newBuilder()
                  .setTypeUrl(type)
                  .setNonce(String.valueOf(nonces.incrementAndGet()));
          for (String name : wanted) {
            Any resource = known.get(name);
            if (resource == null) {
              answer.addRemovedResources(name);
            } else {
              answer.addResources(
                  Resource.newBuilder().setName(name).setVersion("1").setResource(resource));
            }
          }
          answers.onNext(answer.build());
        }

        @Override
        public void onError(Throwable gone) {}

        @Override
        public void onCompleted() {
          answers.onCompleted();
        }
      };
    }
  }
}

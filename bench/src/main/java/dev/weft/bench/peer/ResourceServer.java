package dev.weft.bench.peer;

import com.google.protobuf.Any;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/** Serves fixed resources by delta ADS, once to each subscription; idle from then on. */
final class ResourceServer implements AutoCloseable {
  private final Map<String, Map<String, Any>> byType = new HashMap<>();
  private final Server server;

  private ResourceServer(List<Resources.Named> resources) throws IOException {
    resources.forEach(one ->
        byType
            .computeIfAbsent(one.resource().getTypeUrl(), type -> new HashMap<>())
            .put(one.name(), one.resource()));
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(new Discovery())
            .build()
            .start();
  }

  static ResourceServer start(List<Resources.Named> resources) throws IOException {
    return new ResourceServer(resources);
  }

  int port() {
    return server.getPort();
  }

  @Override
  public void close() {
    server.shutdownNow();
  }

  private DeltaDiscoveryResponse answer(
      String type, boolean all, Iterable<String> names, long nonce) {
    Map<String, Any> known = byType.getOrDefault(type, Map.of());
    DeltaDiscoveryResponse.Builder answer =
        DeltaDiscoveryResponse.newBuilder().setTypeUrl(type).setNonce(Long.toString(nonce));
    for (String name : all ? known.keySet() : names) {
      Any resource = known.get(name);
      if (resource == null) {
        answer.addRemovedResources(name);
      } else {
        answer.addResources(
            Resource.newBuilder().setName(name).setVersion("1").setResource(resource));
      }
    }
    return answer.build();
  }

  private final class Discovery
      extends AggregatedDiscoveryServiceGrpc.AggregatedDiscoveryServiceImplBase {
    private final AtomicLong nonces = new AtomicLong();

    @Override
    public StreamObserver<DeltaDiscoveryRequest> deltaAggregatedResources(
        StreamObserver<DeltaDiscoveryResponse> answers) {
      return new Stream(answers);
    }

    private final class Stream implements StreamObserver<DeltaDiscoveryRequest> {
      private final StreamObserver<DeltaDiscoveryResponse> answers;
      private final Set<String> seen = new HashSet<>();

      Stream(StreamObserver<DeltaDiscoveryResponse> answers) {
        this.answers = answers;
      }

      @Override
      public void onNext(DeltaDiscoveryRequest request) {
        if (request.hasErrorDetail()) {
          System.err.println(
              "Envoy refuses "
                  + request.getTypeUrl()
                  + ": "
                  + request.getErrorDetail().getMessage());
        }
        boolean all =
            seen.add(request.getTypeUrl()) && request.getResourceNamesSubscribeCount() == 0;
        if (all || request.getResourceNamesSubscribeCount() > 0) {
          answers.onNext(
              answer(
                  request.getTypeUrl(),
                  all,
                  request.getResourceNamesSubscribeList(),
                  nonces.incrementAndGet()));
        }
      }

      @Override
      public void onError(Throwable gone) {
        // The Envoy ends with its measurement.
      }

      @Override
      public void onCompleted() {
        answers.onCompleted();
      }
    }
  }
}

package dev.weft.bench.peer;

import com.google.protobuf.Any;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import io.grpc.Server;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Serves fixed resources by delta ADS, once to each subscription; idle from then on. */
final class ResourceServer implements AutoCloseable {
  private final Map<String, Map<String, Any>> byType = new HashMap<>();
  private final String client;
  private final Server server;

  private ResourceServer(String client, List<Resources.Named> resources, @Nullable SslContext tls)
      throws IOException {
    this.client = client;
    resources.forEach(one ->
        byType
            .computeIfAbsent(one.resource().getTypeUrl(), type -> new HashMap<>())
            .put(one.name(), one.resource()));
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(new Discovery());
    if (tls != null) {
      builder.sslContext(tls);
    }
    server = builder.build().start();
  }

  /** In plaintext, for an Envoy. */
  static ResourceServer plain(String client, List<Resources.Named> resources) throws IOException {
    return new ResourceServer(client, resources, null);
  }

  /** As an agent does: over mutual TLS, with an agent's certificate. */
  static ResourceServer agent(String client, List<Resources.Named> resources, Authority authority)
      throws IOException {
    Authority.Svid own = authority.agent();
    SslContextBuilder tls =
        SslContextBuilder.forServer(stream(own.certificate()), stream(own.key()))
            .trustManager(stream(authority.root()))
            .clientAuth(ClientAuth.REQUIRE);
    return new ResourceServer(client, resources, GrpcSslContexts.configure(tls).build());
  }

  private static ByteArrayInputStream stream(String pem) {
    return new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII));
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
              client
                  + " refuses "
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
        // The proxy ends with its measurement.
      }

      @Override
      public void onCompleted() {
        answers.onCompleted();
      }
    }
  }
}

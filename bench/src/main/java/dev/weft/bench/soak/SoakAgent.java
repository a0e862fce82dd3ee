package dev.weft.bench.soak;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import dev.weft.bench.peer.Authority;
import dev.weft.bench.peer.Resources;
import dev.weft.v1.CertificateServiceGrpc;
import dev.weft.v1.SignRequest;
import dev.weft.v1.SignResponse;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The agent of one node: resources that change while it serves them, and certificates that are to
 * be renewed after a second. Thread-safe.
 */
final class SoakAgent implements AutoCloseable {
  private static final int MAX_REFUSALS = 20;

  private final Authority authority;
  private final Map<String, Map<String, Any>> byType = new HashMap<>();
  private final List<Stream> streams = new ArrayList<>();
  private final List<String> refusals = new ArrayList<>();
  private final AtomicInteger signed = new AtomicInteger();
  private final Server server;
  private long version;

  SoakAgent(Authority authority) throws IOException {
    this.authority = authority;
    Authority.Svid own = authority.agent();
    SslContextBuilder tls =
        SslContextBuilder.forServer(stream(own.certificate()), stream(own.key()))
            .trustManager(stream(authority.root()))
            .clientAuth(ClientAuth.OPTIONAL);
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .sslContext(GrpcSslContexts.configure(tls).build())
            .addService(new Discovery())
            .addService(new Certificates())
            .build()
            .start();
  }

  private static ByteArrayInputStream stream(String pem) {
    return new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII));
  }

  int port() {
    return server.getPort();
  }

  /** Sets a resource; whoever subscribed to it is told. */
  synchronized void put(Resources.Named one) {
    version++;
    String type = one.resource().getTypeUrl();
    byType.computeIfAbsent(type, key -> new HashMap<>()).put(one.name(), one.resource());
    streams.forEach(stream -> stream.push(type, List.of(one.name())));
  }

  /** What the node did not take. */
  synchronized List<String> refusals() {
    return List.copyOf(refusals);
  }

  /** Certificates signed so far. */
  int signed() {
    return signed.get();
  }

  @Override
  public void close() {
    server.shutdownNow();
  }

  private final class Discovery
      extends AggregatedDiscoveryServiceGrpc.AggregatedDiscoveryServiceImplBase {
    @Override
    public StreamObserver<DeltaDiscoveryRequest> deltaAggregatedResources(
        StreamObserver<DeltaDiscoveryResponse> answers) {
      Stream stream = new Stream(answers);
      // A node comes anew with each certificate.
      ((ServerCallStreamObserver<DeltaDiscoveryResponse>) answers)
          .setOnCancelHandler(stream::onCompleted);
      synchronized (SoakAgent.this) {
        streams.add(stream);
      }
      return stream;
    }
  }

  private final class Stream implements StreamObserver<DeltaDiscoveryRequest> {
    private final StreamObserver<DeltaDiscoveryResponse> answers;
    private final Map<String, Set<String>> subscribed = new HashMap<>();
    private final Set<String> everything = new HashSet<>();
    private long nonce;

    Stream(StreamObserver<DeltaDiscoveryResponse> answers) {
      this.answers = answers;
    }

    @Override
    public void onNext(DeltaDiscoveryRequest request) {
      synchronized (SoakAgent.this) {
        if (request.hasErrorDetail() && refusals.size() < MAX_REFUSALS) {
          refusals.add(request.getTypeUrl() + ": " + request.getErrorDetail().getMessage());
        }
        String type = request.getTypeUrl();
        List<String> asked = request.getResourceNamesSubscribeList();
        boolean first = !subscribed.containsKey(type);
        Set<String> names = subscribed.computeIfAbsent(type, key -> new HashSet<>());
        names.addAll(asked);
        request.getResourceNamesUnsubscribeList().forEach(names::remove);
        if (first && asked.isEmpty()) {
          everything.add(type);
          push(type, List.copyOf(byType.getOrDefault(type, Map.of()).keySet()));
        } else if (!asked.isEmpty()) {
          push(type, asked);
        }
      }
    }

    void push(String type, List<String> names) {
      Set<String> wanted = subscribed.getOrDefault(type, Set.of());
      DeltaDiscoveryResponse.Builder answer =
          DeltaDiscoveryResponse.newBuilder().setTypeUrl(type).setNonce(Long.toString(++nonce));
      for (String name : names) {
        Any resource = byType.getOrDefault(type, Map.of()).get(name);
        if (resource != null && (everything.contains(type) || wanted.contains(name))) {
          answer.addResources(
              Resource.newBuilder()
                  .setName(name)
                  .setVersion(Long.toString(version))
                  .setResource(resource));
        }
      }
      if (answer.getResourcesCount() > 0) {
        answers.onNext(answer.build());
      }
    }

    @Override
    public void onError(Throwable gone) {
      onCompleted();
    }

    @Override
    public void onCompleted() {
      synchronized (SoakAgent.this) {
        streams.remove(this);
      }
    }
  }

  private final class Certificates extends CertificateServiceGrpc.CertificateServiceImplBase {
    @Override
    public void sign(SignRequest request, StreamObserver<SignResponse> answers) {
      try {
        answers.onNext(
            SignResponse.newBuilder()
                .addChain(der(authority.sign(request.getCsr().toByteArray())))
                .addTrustBundle(der(authority.root()))
                .setRenewAfterSeconds(1)
                .build());
        answers.onCompleted();
        signed.incrementAndGet();
      } catch (IOException e) {
        answers.onError(Status.INVALID_ARGUMENT.withCause(e).asRuntimeException());
      }
    }

    private static ByteString der(String pem) {
      String base64 =
          pem.replace("-----BEGIN CERTIFICATE-----", "").replace("-----END CERTIFICATE-----", "");
      return ByteString.copyFrom(Base64.getMimeDecoder().decode(base64));
    }
  }
}

package dev.weft.proxy.xds;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import dev.weft.proxy.config.HostPort;
import dev.weft.proxy.config.TrustContext;
import dev.weft.proxy.testing.LoopbackGrpc;
import dev.weft.proxy.tls.SpiffeTrustManager;
import dev.weft.proxy.tls.SpiffeVerifier;
import dev.weft.proxy.tls.TestPki;
import dev.weft.proxy.tls.TlsMaterial;
import dev.weft.v1.CertificateServiceGrpc;
import dev.weft.v1.SignRequest;
import dev.weft.v1.SignResponse;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.grpc.BindableService;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;
import org.jspecify.annotations.Nullable;

/**
 * An agent on a real socket: mutual TLS, certificates for a token, and the delta protocol over
 * whatever resources a test puts into it. Thread-safe; every method may be called at any time.
 */
public final class FakeControlPlane implements AutoCloseable {
  private static final Context.Key<String> TOKEN = Context.key("token");
  private static final Context.Key<Boolean> HAS_CERTIFICATE = Context.key("certificate");

  private final TestPki pki;
  private final String trustDomain;
  private final Server server;
  private final HostPort address;
  private final Map<String, Map<String, Versioned>> resources = new HashMap<>();
  private final List<Stream> streams = new ArrayList<>();
  private final List<DeltaDiscoveryRequest> requests = new CopyOnWriteArrayList<>();
  private final List<String> signedFor = new CopyOnWriteArrayList<>();
  private volatile String token = "join";
  private volatile Duration lifetime = Duration.ofHours(1);
  private int version;

  private record Versioned(String version, Message resource) {}

  private FakeControlPlane(TestPki pki, String trustDomain, int port, BindableService... further)
      throws IOException {
    this.pki = pki;
    this.trustDomain = trustDomain;
    TlsMaterial own = pki.svid("weft-system", "agent");
    SpiffeVerifier verifier =
        new SpiffeVerifier(
            TrustContext.of(trustDomain, List.of(pki.root())), List.of(), InstantSource.system());
    NettyServerBuilder builder =
        LoopbackGrpc.on(port)
            .sslContext(
                GrpcSslContexts.configure(
                        SslContextBuilder.forServer(own.key(), own.chain()), SslProvider.JDK)
                    .protocols("TLSv1.3")
                    .clientAuth(ClientAuth.OPTIONAL)
                    .trustManager(new SpiffeTrustManager(verifier))
                    .build())
            .permitKeepAliveTime(1, TimeUnit.SECONDS)
            .directExecutor()
            .intercept(new Credentials())
            .addService(new Discovery())
            .addService(new Authority());
    for (BindableService service : further) {
      builder.addService(service);
    }
    this.server = builder.build().start();
    this.address = new HostPort("127.0.0.1", server.getPort());
  }

  /**
   * Starts an agent of a trust domain on a free port.
   *
   * @param further services beside configuration and certificates
   */
  public static FakeControlPlane start(TestPki pki, String trustDomain, BindableService... further)
      throws IOException {
    return new FakeControlPlane(pki, trustDomain, 0, further);
  }

  /** Starts one on a port, for instance that of one that was closed. */
  public static FakeControlPlane start(TestPki pki, String trustDomain, int port)
      throws IOException {
    return new FakeControlPlane(pki, trustDomain, port);
  }

  /** Where it listens, or did. */
  public HostPort address() {
    return address;
  }

  /** The join token that it takes; {@code join} at first. */
  public void expectToken(String expected) {
    token = expected;
  }

  /** The life of certificates signed from now on. */
  public void signFor(Duration life) {
    lifetime = life;
  }

  /** Sets a resource; whoever is subscribed gets it. */
  public synchronized void put(String name, Message resource) {
    of(url(resource)).put(name, new Versioned(Integer.toString(++version), resource));
    streams.forEach(stream -> stream.push(url(resource), List.of(name), List.of()));
  }

  /** Sets several of one type with one response. */
  public synchronized void putAll(Map<String, Message> changed) {
    String url = url(changed.values().iterator().next());
    changed.forEach((name, resource) ->
        of(url).put(name, new Versioned(Integer.toString(++version), resource)));
    streams.forEach(stream -> stream.push(url, new ArrayList<>(changed.keySet()), List.of()));
  }

  /** Removes a resource. */
  public synchronized void remove(String name, Message prototype) {
    of(url(prototype)).remove(name);
    streams.forEach(stream -> stream.push(url(prototype), List.of(), List.of(name)));
  }

  /** All requests so far, over all streams. */
  public List<DeltaDiscoveryRequest> requests() {
    return List.copyOf(requests);
  }

  /** The error details of all NACKs so far. */
  public List<String> nacks() {
    return requests.stream()
        .filter(DeltaDiscoveryRequest::hasErrorDetail)
        .map(request -> request.getErrorDetail().getMessage())
        .toList();
  }

  /**
   * Public keys' certificates signed so far, by how they were asked for: {@code token} or {@code
   * certificate}.
   */
  public List<String> signedFor() {
    return List.copyOf(signedFor);
  }

  /** How many streams are open. */
  public synchronized int openStreams() {
    return streams.size();
  }

  /** Ends all streams; their clients come back. */
  public synchronized void endStreams() {
    List.copyOf(streams)
        .forEach(stream -> stream.out.onError(Status.UNAVAILABLE.asRuntimeException()));
    streams.clear();
  }

  @Override
  public void close() {
    server.shutdownNow();
    try {
      server.awaitTermination(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static String url(Message message) {
    return "type.googleapis.com/" + message.getDescriptorForType().getFullName();
  }

  private Map<String, Versioned> of(String url) {
    return resources.computeIfAbsent(url, key -> new TreeMap<>());
  }

  private final class Discovery
      extends AggregatedDiscoveryServiceGrpc.AggregatedDiscoveryServiceImplBase {
    @Override
    public StreamObserver<DeltaDiscoveryRequest> deltaAggregatedResources(
        StreamObserver<DeltaDiscoveryResponse> responses) {
      Stream stream = new Stream(responses);
      if (!Boolean.TRUE.equals(HAS_CERTIFICATE.get())) {
        responses.onError(Status.UNAUTHENTICATED.asRuntimeException());
        return stream;
      }
      synchronized (FakeControlPlane.this) {
        streams.add(stream);
      }
      return stream;
    }
  }

  private final class Stream implements StreamObserver<DeltaDiscoveryRequest> {
    private final StreamObserver<DeltaDiscoveryResponse> out;
    private final Map<String, Map<String, String>> subscribed = new HashMap<>();
    private final Map<String, Boolean> wildcard = new HashMap<>();
    private int nonce;

    Stream(StreamObserver<DeltaDiscoveryResponse> out) {
      this.out = out;
    }

    @Override
    public void onNext(DeltaDiscoveryRequest request) {
      synchronized (FakeControlPlane.this) {
        requests.add(request);
        String url = request.getTypeUrl();
        Map<String, String> names = subscribed.get(url);
        boolean first = names == null;
        if (names == null) {
          names = new TreeMap<>(request.getInitialResourceVersionsMap());
          subscribed.put(url, names);
          wildcard.put(url, request.getResourceNamesSubscribeCount() == 0);
        }
        for (String name : request.getResourceNamesSubscribeList()) {
          names.putIfAbsent(name, "");
        }
        request.getResourceNamesUnsubscribeList().forEach(names::remove);
        if (first) {
          names.keySet().removeIf(name -> name.isEmpty());
        }
        if (first || request.getResourceNamesSubscribeCount() > 0) {
          catchUp(url, names, first);
        }
      }
    }

    private void catchUp(String url, Map<String, String> names, boolean first) {
      List<String> changed = new ArrayList<>();
      List<String> gone = new ArrayList<>();
      if (Boolean.TRUE.equals(wildcard.get(url))) {
        of(url).keySet().forEach(name -> names.putIfAbsent(name, ""));
      }
      names.forEach((name, known) -> {
        Versioned current = of(url).get(name);
        if (current == null) {
          gone.add(name);
        } else if (!current.version().equals(known)) {
          changed.add(name);
        }
      });
      if (!changed.isEmpty()
          || !gone.isEmpty()
          || (first && Boolean.TRUE.equals(wildcard.get(url)))) {
        push(url, changed, gone);
      }
    }

    void push(String url, List<String> changed, List<String> gone) {
      Map<String, String> names = subscribed.get(url);
      if (names == null) {
        return;
      }
      boolean all = Boolean.TRUE.equals(wildcard.get(url));
      DeltaDiscoveryResponse.Builder response =
          DeltaDiscoveryResponse.newBuilder().setTypeUrl(url).setNonce(Integer.toString(++nonce));
      for (String name : changed) {
        Versioned current = of(url).get(name);
        if (current != null && (all || names.containsKey(name))) {
          names.put(name, current.version());
          response.addResources(
              io.envoyproxy.envoy.service.discovery.v3.Resource.newBuilder()
                  .setName(name)
                  .setVersion(current.version())
                  .setResource(Any.pack(current.resource())));
        }
      }
      gone.stream()
          .filter(name -> all || names.containsKey(name))
          .forEach(response::addRemovedResources);
      out.onNext(response.build());
    }

    @Override
    public void onError(Throwable failure) {
      onCompleted();
    }

    @Override
    public void onCompleted() {
      synchronized (FakeControlPlane.this) {
        streams.remove(this);
      }
    }
  }

  private final class Authority extends CertificateServiceGrpc.CertificateServiceImplBase {
    @Override
    public void sign(SignRequest request, StreamObserver<SignResponse> responses) {
      boolean byCertificate = Boolean.TRUE.equals(HAS_CERTIFICATE.get());
      if (!byCertificate && !("Bearer " + token).equals(TOKEN.get())) {
        responses.onError(
            Status.UNAUTHENTICATED.withDescription("unknown token").asRuntimeException());
        return;
      }
      try {
        JcaPKCS10CertificationRequest csr =
            new JcaPKCS10CertificationRequest(request.getCsr().toByteArray());
        String uri =
            org.bouncycastle.asn1.x509.GeneralNames.fromExtensions(
                    csr.getRequestedExtensions(),
                    org.bouncycastle.asn1.x509.Extension.subjectAlternativeName)
                .getNames()[0]
                .getName()
                .toString();
        SignResponse answer = answer(csr.getPublicKey(), uri);
        // Before the answer: whoever has it may ask.
        signedFor.add(byCertificate ? "certificate" : "token");
        responses.onNext(answer);
        responses.onCompleted();
      } catch (IOException | GeneralSecurityException e) {
        responses.onError(Status.INVALID_ARGUMENT.withCause(e).asRuntimeException());
      }
    }

    private SignResponse answer(PublicKey key, String uri) throws GeneralSecurityException {
      Instant now = Instant.now();
      TestPki.Leaf leaf =
          new TestPki.Leaf(
              now.minusSeconds(1), now.plus(lifetime), false, KeyUsage.digitalSignature);
      SignResponse.Builder response = SignResponse.newBuilder();
      for (X509Certificate certificate : pki.sign(key, leaf, uri)) {
        response.addChain(ByteString.copyFrom(certificate.getEncoded()));
      }
      return response.addTrustBundle(ByteString.copyFrom(pki.root().getEncoded())).build();
    }
  }

  /** Finds the caller's token and certificate. */
  private static final class Credentials implements ServerInterceptor {
    private static final Metadata.Key<String> AUTHORIZATION =
        Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
      String authorization = headers.get(AUTHORIZATION);
      Context context =
          Context.current()
              .withValue(TOKEN, authorization == null ? "" : authorization)
              .withValue(
                  HAS_CERTIFICATE,
                  certificate(call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION)) != null);
      return Contexts.interceptCall(context, call, headers, next);
    }

    private static @Nullable Certificate certificate(@Nullable SSLSession session) {
      try {
        return session == null ? null : session.getPeerCertificates()[0];
      } catch (SSLPeerUnverifiedException e) {
        return null;
      }
    }
  }

  /** The trust domain of this agent's cluster. */
  public String trustDomain() {
    return trustDomain;
  }
}

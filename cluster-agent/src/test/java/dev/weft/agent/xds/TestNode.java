package dev.weft.agent.xds;

import com.google.protobuf.ByteString;
import com.google.protobuf.ListValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.weft.agent.attest.WellKnown;
import dev.weft.agent.ca.CertificateAuthority;
import dev.weft.agent.ca.MeshTrust;
import dev.weft.agent.compile.ResourceType;
import dev.weft.policy.identity.SpiffeId;
import dev.weft.v1.CertificateServiceGrpc;
import dev.weft.v1.SignRequest;
import dev.weft.v1.SignResponse;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.ByteArrayInputStream;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

/**
 * A node as a data plane would be one: enrols with a token, then speaks delta ADS over mutual TLS.
 */
public final class TestNode implements AutoCloseable {
  public final KeyPair key;
  private final AgentUnderTest agent;
  private ManagedChannel channel;
  public List<X509Certificate> chain = List.of();
  public final BlockingQueue<DeltaDiscoveryResponse> responses = new LinkedBlockingQueue<>();
  public final BlockingQueue<Throwable> errors = new LinkedBlockingQueue<>();
  private StreamObserver<DeltaDiscoveryRequest> requests;

  public TestNode(AgentUnderTest agent) throws Exception {
    this.agent = agent;
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    key = generator.generateKeyPair();
    channel = dial();
  }

  public static byte[] csr(KeyPair key, GeneralName... names) throws Exception {
    var builder =
        new JcaPKCS10CertificationRequestBuilder(new X500Principal("CN=test"), key.getPublic());
    if (names.length > 0) {
      ExtensionsGenerator extensions = new ExtensionsGenerator();
      extensions.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(names));
      builder.addAttribute(PKCSObjectIdentifiers.pkcs_9_at_extensionRequest, extensions.generate());
    }
    String algorithm =
        key.getPrivate().getAlgorithm().equals("RSA") ? "SHA256withRSA" : "SHA256withECDSA";
    return builder
        .build(new JcaContentSignerBuilder(algorithm).build(key.getPrivate()))
        .getEncoded();
  }

  public static GeneralName uri(String uri) {
    return new GeneralName(GeneralName.uniformResourceIdentifier, uri);
  }

  public SignResponse sign(String token, byte[] csr) {
    var stub =
        CertificateServiceGrpc.newBlockingStub(channel).withDeadlineAfter(60, TimeUnit.SECONDS);
    if (!token.isEmpty()) {
      Metadata headers = new Metadata();
      headers.put(
          Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + token);
      stub = stub.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
    }
    return stub.sign(
        SignRequest.newBuilder().setCsr(ByteString.copyFrom(csr)).setNodeId("test").build());
  }

  /** Enrols, and dials again with the certificate. */
  public TestNode enrol(String token, String identity) throws Exception {
    SignResponse response = sign(token, csr(key, uri(identity)));
    use(response);
    return this;
  }

  public void use(SignResponse response) throws Exception {
    CertificateFactory factory = CertificateFactory.getInstance("X.509");
    chain =
        response.getChainList().stream()
            .map(der -> {
              try {
                return (X509Certificate)
                    factory.generateCertificate(new ByteArrayInputStream(der.toByteArray()));
              } catch (Exception e) {
                throw new AssertionError(e);
              }
            })
            .toList();
    channel.shutdownNow();
    channel = dial();
  }

  /** Presents what another agent signed, still dialling this one. */
  public void present(CertificateAuthority foreign, SpiffeId id) throws Exception {
    chain = foreign.sign(id, key.getPublic(), Duration.ofHours(1)).chain();
    channel.shutdownNow();
    channel = dial();
  }

  public ManagedChannel channel() {
    return channel;
  }

  private ManagedChannel dial() throws Exception {
    SslContextBuilder tls =
        SslContextBuilder.forClient()
            .trustManager(
                new MeshTrust(
                        Map.of(agent.authority.trustDomain(), agent.authority.roots()),
                        InstantSource.system())
                    .server(WellKnown.agent(agent.authority.trustDomain())))
            .protocols("TLSv1.3");
    if (!chain.isEmpty()) {
      tls.keyManager(key.getPrivate(), chain.toArray(X509Certificate[]::new));
    }
    return NettyChannelBuilder.forAddress("127.0.0.1", agent.port.port())
        .sslContext(GrpcSslContexts.configure(tls, SslProvider.JDK).build())
        .build();
  }

  public TestNode open() {
    requests =
        AggregatedDiscoveryServiceGrpc.newStub(channel)
            .deltaAggregatedResources(
                new StreamObserver<>() {
                  @Override
                  public void onNext(DeltaDiscoveryResponse response) {
                    responses.add(response);
                  }

                  @Override
                  public void onError(Throwable cause) {
                    errors.add(cause);
                  }

                  @Override
                  public void onCompleted() {}
                });
    return this;
  }

  public void send(DeltaDiscoveryRequest.Builder request) {
    requests.onNext(request.build());
  }

  public void subscribe(Node node, ResourceType type, String... names) {
    send(
        DeltaDiscoveryRequest.newBuilder()
            .setNode(node)
            .setTypeUrl(type.typeUrl())
            .addAllResourceNamesSubscribe(Arrays.asList(names)));
  }

  public void acknowledge(DeltaDiscoveryResponse response) {
    send(
        DeltaDiscoveryRequest.newBuilder()
            .setTypeUrl(response.getTypeUrl())
            .setResponseNonce(response.getNonce()));
  }

  /** The next response, acknowledged. */
  public DeltaDiscoveryResponse next() throws Exception {
    DeltaDiscoveryResponse response = responses.poll(60, TimeUnit.SECONDS);
    if (response == null) {
      throw new AssertionError("no response in 60 s; errors: " + errors);
    }
    acknowledge(response);
    return response;
  }

  /** The next response of this type; others are acknowledged on the way. */
  public DeltaDiscoveryResponse next(ResourceType type) throws Exception {
    DeltaDiscoveryResponse response = next();
    while (!response.getTypeUrl().equals(type.typeUrl())) {
      response = next();
    }
    return response;
  }

  public Throwable error() throws Exception {
    Throwable error = errors.poll(60, TimeUnit.SECONDS);
    if (error == null) {
      throw new AssertionError("no error in 60 s");
    }
    return error;
  }

  /** A sidecar with all features. */
  public static Node.Builder sidecar(String id, int inbound, int outbound, int... workloads) {
    ListValue.Builder list = ListValue.newBuilder();
    for (int port : workloads) {
      list.addValues(
          Value.newBuilder()
              .setStructValue(Struct.newBuilder().putFields("address", text("127.0.0.1:" + port))));
    }
    return node(
        id,
        Map.of(
            "role", text("sidecar"),
            "inbound", text("127.0.0.1:" + inbound),
            "outbound", text("127.0.0.1:" + outbound),
            "workloads", Value.newBuilder().setListValue(list).build()));
  }

  public static Node.Builder node(String id, Map<String, Value> weft) {
    return Node.newBuilder()
        .setId(id)
        .addClientFeatures("weft.endpoint-metadata")
        .addClientFeatures("weft.sni-instance")
        .setMetadata(
            Struct.newBuilder()
                .putFields(
                    "weft",
                    Value.newBuilder()
                        .setStructValue(Struct.newBuilder().putAllFields(weft))
                        .build()));
  }

  public static Value text(String text) {
    return Value.newBuilder().setStringValue(text).build();
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}

package dev.weft.agent.xds;

import com.google.protobuf.ByteString;
import com.google.protobuf.ListValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.weft.agent.ca.AgentTls;
import dev.weft.agent.compile.ResourceType;
import dev.weft.policy.identity.SpiffeId;
import dev.weft.v1.CertificateServiceGrpc;
import dev.weft.v1.SignRequest;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

/**
 * Does against the agent's own port what a node does at its start: has a certificate signed and
 * asks for every type of resource. For the run that makes the AOT cache. The agent's identity
 * stands in for a node's.
 */
public final class Rehearsal {
  private static final int PATIENCE_SECONDS = 20;

  private Rehearsal() {}

  /** Returns when every type was answered, or after 20 s without having been. */
  public static void run(int port, AgentTls tls, SpiffeId agent, String workload)
      throws IOException, GeneralSecurityException, InterruptedException {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", port).sslContext(tls.client(agent)).build();
    try {
      CertificateServiceGrpc.newBlockingStub(channel)
          .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS)
          .sign(
              SignRequest.newBuilder()
                  .setCsr(ByteString.copyFrom(request(agent)))
                  .setNodeId("rehearsal")
                  .build());
      subscribe(channel, workload);
    } finally {
      channel.shutdownNow();
    }
  }

  private static void subscribe(ManagedChannel channel, String workload)
      throws InterruptedException {
    CountDownLatch answered = new CountDownLatch(ResourceType.values().length);
    StreamObserver<DeltaDiscoveryRequest> requests =
        AggregatedDiscoveryServiceGrpc.newStub(channel)
            .deltaAggregatedResources(
                new StreamObserver<>() {
                  @Override
                  public void onNext(DeltaDiscoveryResponse response) {
                    answered.countDown();
                  }

                  @Override
                  public void onError(Throwable cause) {}

                  @Override
                  public void onCompleted() {}
                });
    for (ResourceType type : ResourceType.values()) {
      DeltaDiscoveryRequest.Builder request =
          DeltaDiscoveryRequest.newBuilder().setNode(node(workload)).setTypeUrl(type.typeUrl());
      if (!type.wildcardByDefault()) {
        request.addResourceNamesSubscribe(Names.WILDCARD);
      }
      requests.onNext(request.build());
    }
    boolean _ = answered.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  private static Node node(String workload) {
    Value fronted =
        Value.newBuilder()
            .setStructValue(Struct.newBuilder().putFields("address", text(workload)))
            .build();
    return Node.newBuilder()
        .setId("rehearsal")
        .addClientFeatures("weft.endpoint-metadata")
        .setMetadata(
            Struct.newBuilder()
                .putFields(
                    "weft",
                    Value.newBuilder()
                        .setStructValue(
                            Struct.newBuilder()
                                .putFields("role", text("sidecar"))
                                .putFields("inbound", text("127.0.0.1:15006"))
                                .putFields("outbound", text("127.0.0.1:15002"))
                                .putFields(
                                    "workloads",
                                    Value.newBuilder()
                                        .setListValue(ListValue.newBuilder().addValues(fronted))
                                        .build()))
                        .build()))
        .build();
  }

  private static Value text(String text) {
    return Value.newBuilder().setStringValue(text).build();
  }

  private static byte[] request(SpiffeId id) throws IOException, GeneralSecurityException {
    KeyPair key = KeyPairGenerator.getInstance("EC").generateKeyPair();
    ExtensionsGenerator extensions = new ExtensionsGenerator();
    extensions.addExtension(
        Extension.subjectAlternativeName,
        false,
        new GeneralNames(new GeneralName(GeneralName.uniformResourceIdentifier, id.uri())));
    try {
      return new JcaPKCS10CertificationRequestBuilder(new X500Principal("O=Weft"), key.getPublic())
          .addAttribute(PKCSObjectIdentifiers.pkcs_9_at_extensionRequest, extensions.generate())
          .build(new JcaContentSignerBuilder("SHA256withECDSA").build(key.getPrivate()))
          .getEncoded();
    } catch (OperatorCreationException e) {
      throw new GeneralSecurityException("the key cannot sign", e);
    }
  }
}

package dev.weft.proxy.xds;

import com.google.protobuf.ByteString;
import dev.weft.proxy.config.HostPort;
import dev.weft.proxy.tls.CertificateSigner;
import dev.weft.proxy.tls.Certificates;
import dev.weft.proxy.tls.TlsMaterial;
import dev.weft.v1.CertificateServiceGrpc;
import dev.weft.v1.SignRequest;
import dev.weft.v1.SignResponse;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Asks an agent's {@code weft.v1.CertificateService}, one address after the other. Confined to the
 * control thread.
 */
public final class GrpcCertificateSigner implements CertificateSigner {
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
  private static final int DEADLINE_SECONDS = 10;
  private static final int MAX_CERTIFICATES = 64;

  private final AgentChannels channels;
  private final String nodeId;
  private int nextAgent;

  /**
   * @param nodeId for the authority's record
   */
  public GrpcCertificateSigner(AgentChannels channels, String nodeId) {
    this.channels = channels;
    this.nodeId = nodeId;
  }

  @Override
  public CompletionStage<Signed> sign(
      byte[] csr, Credential credential, List<X509Certificate> roots) {
    List<HostPort> addresses = channels.agent().addresses();
    HostPort address = addresses.get(Math.floorMod(nextAgent, addresses.size()));
    TlsMaterial own =
        credential instanceof Credential.Current(TlsMaterial material) ? material : null;
    ManagedChannel channel = channels.open(address, roots, own);
    CertificateServiceGrpc.CertificateServiceStub stub =
        CertificateServiceGrpc.newStub(channel)
            .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS);
    if (credential instanceof Credential.Token(String token)) {
      Metadata headers = new Metadata();
      headers.put(AUTHORIZATION, "Bearer " + token);
      stub = stub.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
    }
    CompletableFuture<Signed> result = new CompletableFuture<>();
    stub.sign(
        SignRequest.newBuilder().setCsr(ByteString.copyFrom(csr)).setNodeId(nodeId).build(),
        new Answer(channel, address, result));
    return result;
  }

  private final class Answer implements StreamObserver<SignResponse> {
    private final ManagedChannel channel;
    private final HostPort address;
    private final CompletableFuture<Signed> result;
    private @Nullable SignResponse response;

    Answer(ManagedChannel channel, HostPort address, CompletableFuture<Signed> result) {
      this.channel = channel;
      this.address = address;
      this.result = result;
    }

    @Override
    public void onNext(SignResponse value) {
      response = value;
    }

    @Override
    public void onError(Throwable failure) {
      channel.shutdownNow();
      nextAgent++;
      Status status = Status.fromThrowable(failure);
      String message = address + " answered " + status.getCode() + " " + status.getDescription();
      result.completeExceptionally(new SigningFailedException(message, failure));
    }

    @Override
    public void onCompleted() {
      channel.shutdownNow();
      SignResponse answer = response;
      if (answer == null
          || answer.getChainCount() == 0
          || answer.getChainCount() > MAX_CERTIFICATES
          || answer.getTrustBundleCount() > MAX_CERTIFICATES) {
        result.completeExceptionally(
            new SigningFailedException(address + " answered nothing usable", null));
        return;
      }
      try {
        result.complete(
            new Signed(
                certificates(answer.getChainList()),
                certificates(answer.getTrustBundleList()),
                Duration.ofSeconds(Integer.toUnsignedLong(answer.getRenewAfterSeconds()))));
      } catch (IllegalArgumentException e) {
        result.completeExceptionally(
            new SigningFailedException(address + " answered " + e.getMessage(), e));
      }
    }

    private List<X509Certificate> certificates(List<ByteString> der) {
      return der.stream().map(bytes -> Certificates.fromDer(bytes.toByteArray())).toList();
    }
  }
}

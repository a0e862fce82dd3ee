package dev.weft.agent.ca;

import com.google.protobuf.ByteString;
import dev.weft.agent.attest.Attestation;
import dev.weft.agent.attest.Caller;
import dev.weft.agent.attest.Enrolments;
import dev.weft.agent.attest.JoinTokens;
import dev.weft.policy.identity.SpiffeId;
import dev.weft.v1.CertificateServiceGrpc;
import dev.weft.v1.SignRequest;
import dev.weft.v1.SignResponse;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.DoubleSupplier;
import java.util.regex.Pattern;
import org.jboss.logging.Logger;

/**
 * {@code weft.v1.CertificateService}. Thread-safe; blocks on the disk, so it belongs on an executor
 * that may block.
 *
 * <p>With a token: the request is checked first, then the use of the token and the enrolment become
 * durable, then the certificate is signed and answered. Without: a workload renews with its present
 * certificate, for its own identity only.
 */
public final class CertificateRpc extends CertificateServiceGrpc.CertificateServiceImplBase {
  private static final Logger LOG = Logger.getLogger(CertificateRpc.class);
  private static final Pattern NODE_ID = Pattern.compile("[A-Za-z0-9._-]{0,128}");

  private final CertificateAuthority authority;
  private final JoinTokens tokens;
  private final Enrolments enrolments;
  private final DoubleSupplier jitter;
  private final LongAdder signed = new LongAdder();

  /**
   * @param jitter 0 to 1, spreads renewals over a fifth of the half-life
   */
  public CertificateRpc(
      CertificateAuthority authority,
      JoinTokens tokens,
      Enrolments enrolments,
      DoubleSupplier jitter) {
    this.authority = authority;
    this.tokens = tokens;
    this.enrolments = enrolments;
    this.jitter = jitter;
  }

  /** Certificates signed since the start, for {@code weft_ca_signed_total}. */
  public long signed() {
    return signed.sum();
  }

  @Override
  public void sign(SignRequest request, StreamObserver<SignResponse> observer) {
    SignResponse response;
    try {
      response = sign(request, BearerToken.current(), Caller.current());
    } catch (StatusException e) {
      LOG.warnf(
          "refused to sign for node \"%s\": %s", printable(request.getNodeId()), e.getMessage());
      observer.onError(e);
      return;
    } catch (IOException | GeneralSecurityException | RuntimeException e) {
      LOG.errorf(e, "could not sign for node \"%s\"", printable(request.getNodeId()));
      observer.onError(
          Status.INTERNAL.withDescription("the certificate could not be made").asException());
      return;
    }
    observer.onNext(response);
    observer.onCompleted();
  }

  private SignResponse sign(SignRequest request, Optional<String> token, Caller caller)
      throws StatusException, IOException, GeneralSecurityException {
    SigningRequest.Valid csr =
        switch (SigningRequest.parse(request.getCsr().toByteArray())) {
          case SigningRequest.Valid valid -> valid;
          case SigningRequest.Invalid(String reason) ->
              throw Status.INVALID_ARGUMENT.withDescription(reason).asException();
        };
    if (!NODE_ID.matcher(request.getNodeId()).matches()) {
      throw Status.INVALID_ARGUMENT
          .withDescription("node_id: expected [A-Za-z0-9._-]{0,128}")
          .asException();
    }
    if (token.isPresent()) {
      enrol(csr, token.get());
    } else {
      requireOwn(csr, caller);
      try {
        enrolments.renewed(csr.id());
      } catch (IOException e) {
        // The certificate matters more than until when its enrolment is remembered.
        LOG.warnf("the enrolment of %s could not be written: %s", csr.id(), e.getMessage());
      }
    }
    Duration ttl =
        request.getTtlSeconds() == 0
            ? CertificateAuthority.DEFAULT_TTL
            : Duration.ofSeconds(Integer.toUnsignedLong(request.getTtlSeconds()));
    CertificateAuthority.Issued issued = authority.sign(csr.id(), csr.key(), ttl);
    signed.increment();
    LOG.infof(
        "signed for %s, node \"%s\", until %s", csr.id(), request.getNodeId(), issued.notAfter());
    return response(issued);
  }

  private void enrol(SigningRequest.Valid csr, String token) throws StatusException, IOException {
    byte[] key = csr.key().getEncoded();
    Attestation attested =
        tokens
            .attest(token, key)
            .orElseThrow(() ->
                Status.UNAUTHENTICATED
                    .withDescription("the join token is unknown, spent or expired")
                    .asException());
    requireSame(csr.id(), attested.identity());
    if (!tokens.use(token, key)) {
      throw Status.UNAUTHENTICATED
          .withDescription("the join token is unknown, spent or expired")
          .asException();
    }
    enrolments.record(attested.identity(), attested.services());
  }

  private static void requireOwn(SigningRequest.Valid csr, Caller caller) throws StatusException {
    switch (caller) {
      case Caller.Workload(SpiffeId id) -> requireSame(csr.id(), id);
      case Caller.Anonymous _ ->
          throw Status.UNAUTHENTICATED
              .withDescription("neither a join token nor a client certificate")
              .asException();
      case Caller.Foreign(String cluster, SpiffeId _) ->
          throw Status.PERMISSION_DENIED
              .withDescription("a workload of peer " + cluster)
              .asException();
    }
  }

  private static void requireSame(SpiffeId asked, SpiffeId attested) throws StatusException {
    if (!asked.equals(attested)) {
      throw Status.PERMISSION_DENIED
          .withDescription("csr: asks for " + asked + ", the caller is " + attested)
          .asException();
    }
  }

  private SignResponse response(CertificateAuthority.Issued issued)
      throws GeneralSecurityException {
    SignResponse.Builder response = SignResponse.newBuilder();
    for (X509Certificate certificate : issued.chain()) {
      response.addChain(ByteString.copyFrom(certificate.getEncoded()));
    }
    for (X509Certificate root : authority.roots()) {
      response.addTrustBundle(ByteString.copyFrom(root.getEncoded()));
    }
    double half = issued.halfLife().toSeconds();
    return response
        .setRenewAfterSeconds((int) Math.max(1, half * (0.9 + 0.2 * jitter.getAsDouble())))
        .build();
  }

  private static String printable(String nodeId) {
    return NODE_ID.matcher(nodeId).matches() ? nodeId : "(malformed)";
  }
}

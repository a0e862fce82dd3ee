package dev.weft.agent.ca;

import com.google.protobuf.ByteString;
import dev.weft.agent.attest.Attestation;
import dev.weft.agent.attest.Caller;
import dev.weft.agent.attest.Denials;
import dev.weft.agent.attest.Enrolments;
import dev.weft.agent.attest.JoinTokens;
import dev.weft.agent.attest.TokenIssuers;
import dev.weft.policy.identity.SpiffeId;
import dev.weft.v1.CertificateServiceGrpc;
import dev.weft.v1.SignRequest;
import dev.weft.v1.SignResponse;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.DoubleSupplier;
import java.util.regex.Pattern;
import org.jboss.logging.Logger;

/**
 * {@code weft.v1.CertificateService}. Thread-safe; blocks on the disk, so it belongs on an executor
 * that may block.
 *
 * <p>With a join token: the request is checked first, then the use of the token and the enrolment
 * become durable, then the certificate is signed and answered. With a token of a configured issuer
 * the same without a use. Without: a workload renews with its present certificate, for its own
 * identity only. Each refusal has its reason, in the answer's text and as a counter.
 */
public final class CertificateRpc extends CertificateServiceGrpc.CertificateServiceImplBase {
  private static final Logger LOG = Logger.getLogger(CertificateRpc.class);
  private static final Pattern NODE_ID = Pattern.compile("[A-Za-z0-9._-]{0,128}");

  private final CertificateAuthority authority;
  private final JoinTokens tokens;
  private final TokenIssuers issuers;
  private final Enrolments enrolments;
  private final Denials denials;
  private final IssuedCertificates issuedCertificates;
  private final DoubleSupplier jitter;
  private final LongAdder signed = new LongAdder();
  private final Map<SigningRefusal, LongAdder> refused = new ConcurrentHashMap<>();

  /**
   * @param jitter 0 to 1, spreads renewals over a fifth of the half-life
   */
  public CertificateRpc(
      CertificateAuthority authority,
      JoinTokens tokens,
      TokenIssuers issuers,
      Enrolments enrolments,
      Denials denials,
      IssuedCertificates issuedCertificates,
      DoubleSupplier jitter) {
    this.authority = authority;
    this.tokens = tokens;
    this.issuers = issuers;
    this.enrolments = enrolments;
    this.denials = denials;
    this.issuedCertificates = issuedCertificates;
    this.jitter = jitter;
  }

  /** This service as strangers may call it. */
  public ServerServiceDefinition guarded() {
    return MessageGuard.of(
        this,
        () -> {
          count(SigningRefusal.CSR_MALFORMED);
          LOG.warn("refused to sign: csr_malformed: not a SignRequest");
        });
  }

  /** Certificates signed since the start, for {@code weft_ca_signed_total}. */
  public long signed() {
    return signed.sum();
  }

  /** Requests refused for this since the start, for {@code weft_ca_refused_total}. */
  public long refused(SigningRefusal reason) {
    LongAdder count = refused.get(reason);
    return count == null ? 0 : count.sum();
  }

  @Override
  public void sign(SignRequest request, StreamObserver<SignResponse> observer) {
    SignResponse response;
    try {
      response = sign(request, BearerToken.current(), Caller.current());
    } catch (RefusedException e) {
      count(e.reason);
      LOG.warnf(
          "refused to sign for node \"%s\": %s: %s",
          printable(request.getNodeId()), e.reason.label(), e.status.getDescription());
      observer.onError(e.status.asException());
      return;
    } catch (IOException | GeneralSecurityException | RuntimeException e) {
      count(SigningRefusal.FAILED);
      LOG.errorf(e, "could not sign for node \"%s\"", printable(request.getNodeId()));
      observer.onError(
          Status.INTERNAL.withDescription("the certificate could not be made").asException());
      return;
    }
    observer.onNext(response);
    observer.onCompleted();
  }

  private void count(SigningRefusal reason) {
    refused.computeIfAbsent(reason, _ -> new LongAdder()).increment();
  }

  /** A refusal on its way out. */
  private static final class RefusedException extends Exception {
    private static final long serialVersionUID = 1;

    private final SigningRefusal reason;
    private final transient Status status;

    RefusedException(SigningRefusal reason, Status status, String detail) {
      super(detail);
      this.reason = reason;
      this.status = status.withDescription(detail);
    }
  }

  private SignResponse sign(SignRequest request, Optional<String> token, Caller caller)
      throws RefusedException, IOException, GeneralSecurityException {
    SigningRequest.Valid csr =
        switch (SigningRequest.parse(request.getCsr().toByteArray())) {
          case SigningRequest.Valid valid -> valid;
          case SigningRequest.Invalid(SigningRefusal reason, String detail) ->
              throw new RefusedException(reason, Status.INVALID_ARGUMENT, detail);
        };
    if (!NODE_ID.matcher(request.getNodeId()).matches()) {
      throw new RefusedException(
          SigningRefusal.NODE_ID,
          Status.INVALID_ARGUMENT,
          "node_id: expected [A-Za-z0-9._-]{0,128}");
    }
    if (denials.holds(csr.id())) {
      throw new RefusedException(
          SigningRefusal.DENIED, Status.PERMISSION_DENIED, csr.id() + " is denied");
    }
    if (token.isPresent() && TokenIssuers.isOne(token.get())) {
      enrolBy(issuers.attest(token.get()), csr);
    } else if (token.isPresent()) {
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
            ? authority.lives().workload()
            : Duration.ofSeconds(Integer.toUnsignedLong(request.getTtlSeconds()));
    CertificateAuthority.Issued issued = authority.sign(csr.id(), csr.key(), ttl);
    signed.increment();
    remember(request.getNodeId(), csr.id(), issued.chain().getFirst());
    LOG.infof(
        "signed %s for %s, node \"%s\", until %s",
        issued.chain().getFirst().getSerialNumber().toString(16),
        csr.id(),
        request.getNodeId(),
        issued.notAfter());
    return response(issued);
  }

  private void remember(String node, SpiffeId id, X509Certificate leaf) {
    try {
      issuedCertificates.record(node, id, leaf);
    } catch (IOException e) {
      // It only foretells when the certificate ends.
      LOG.warnf("the certificate of %s could not be recorded: %s", id, e.getMessage());
    }
  }

  private void enrol(SigningRequest.Valid csr, String token) throws RefusedException, IOException {
    byte[] key = csr.key().getEncoded();
    Attestation attested = tokens.attest(token, key).orElseThrow(CertificateRpc::badToken);
    requireSame(csr.id(), attested.identity());
    if (!tokens.use(token, key)) {
      throw badToken();
    }
    enrolments.record(attested.identity(), attested.services());
  }

  /** An issuer's token may be shown again while it is in force; its issuer makes it short. */
  private void enrolBy(TokenIssuers.Answer answer, SigningRequest.Valid csr)
      throws RefusedException, IOException {
    switch (answer) {
      case TokenIssuers.Attested(Attestation attested) -> {
        requireSame(csr.id(), attested.identity());
        enrolments.record(attested.identity(), attested.services());
      }
      case TokenIssuers.BadToken(String why) -> throw notTaken(why);
      case TokenIssuers.Disowned(String why) -> throw notTaken(why);
      case TokenIssuers.NotJudged(String why) ->
          throw new RefusedException(
              SigningRefusal.ISSUER_UNAVAILABLE,
              Status.UNAVAILABLE,
              "the token cannot be judged now: " + why);
      case TokenIssuers.NotMapped(String why) ->
          throw new RefusedException(SigningRefusal.TOKEN_CLAIMS, Status.PERMISSION_DENIED, why);
    }
  }

  private static RefusedException notTaken(String why) {
    return new RefusedException(
        SigningRefusal.ISSUER_TOKEN, Status.UNAUTHENTICATED, "the token is not taken: " + why);
  }

  private static RefusedException badToken() {
    return new RefusedException(
        SigningRefusal.TOKEN,
        Status.UNAUTHENTICATED,
        "the join token is unknown, spent or expired");
  }

  private static void requireOwn(SigningRequest.Valid csr, Caller caller) throws RefusedException {
    switch (caller) {
      case Caller.Workload(SpiffeId id) -> requireSame(csr.id(), id);
      case Caller.Anonymous _ ->
          throw new RefusedException(
              SigningRefusal.NO_CREDENTIALS,
              Status.UNAUTHENTICATED,
              "neither a join token nor a client certificate");
      case Caller.Foreign(String cluster, SpiffeId _) ->
          throw new RefusedException(
              SigningRefusal.FOREIGN, Status.PERMISSION_DENIED, "a workload of peer " + cluster);
    }
  }

  private static void requireSame(SpiffeId asked, SpiffeId attested) throws RefusedException {
    if (!asked.equals(attested)) {
      throw new RefusedException(
          SigningRefusal.ANOTHER_IDENTITY,
          Status.PERMISSION_DENIED,
          "csr: asks for " + asked + ", the caller is " + attested);
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

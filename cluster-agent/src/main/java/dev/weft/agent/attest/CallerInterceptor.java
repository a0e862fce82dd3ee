package dev.weft.agent.attest;

import dev.weft.policy.identity.SpiffeId;
import dev.weft.policy.identity.TrustDomain;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/**
 * Decides at the start of each gRPC call who calls and whether they may call this service at all.
 * The certificate is checked again for each call, so that on a connection that outlives its
 * certificate, or its peer's trust, no new call begins. Thread-safe.
 */
public final class CallerInterceptor implements ServerInterceptor {
  private static final String CERTIFICATES = "weft.v1.CertificateService";
  private static final String GATEWAY_REPORTS = "weft.v1.GatewayReports";
  private static final String FEDERATION = "weft.v1.Federation";

  private final TrustDomain own;
  private final Verifier verifier;
  private final Denials denials;
  private final Function<TrustDomain, Optional<String>> peers;

  /** Checks a client's chain. */
  @FunctionalInterface
  public interface Verifier {
    SpiffeId verify(List<X509Certificate> chain) throws CertificateException;
  }

  /**
   * @param denials whoever is on it may call nothing
   * @param peers the configured peer cluster of a trust domain
   */
  public CallerInterceptor(
      TrustDomain own,
      Verifier verifier,
      Denials denials,
      Function<TrustDomain, Optional<String>> peers) {
    this.own = own;
    this.verifier = verifier;
    this.denials = denials;
    this.peers = peers;
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    Caller caller;
    try {
      List<X509Certificate> chain =
          chain(call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION));
      caller = caller(chain);
      if (denied(caller, chain)) {
        return refuse(
            call, Status.PERMISSION_DENIED.withDescription("the client certificate is denied"));
      }
    } catch (CertificateException e) {
      return refuse(
          call, Status.UNAUTHENTICATED.withDescription("client certificate: " + e.getMessage()));
    }
    String service = String.valueOf(call.getMethodDescriptor().getServiceName());
    Optional<Status> refusal = refusal(caller, service);
    if (refusal.isPresent()) {
      return refuse(call, refusal.get());
    }
    return Contexts.interceptCall(
        Context.current().withValue(Caller.CURRENT, caller), call, headers, next);
  }

  private static <Q, A> ServerCall.Listener<Q> refuse(ServerCall<Q, A> call, Status status) {
    call.close(status, new Metadata());
    return new ServerCall.Listener<>() {};
  }

  private boolean denied(Caller caller, List<X509Certificate> chain) {
    return switch (caller) {
      case Caller.Anonymous _ -> false;
      case Caller.Workload(SpiffeId id) ->
          denials.refuses(id, chain.getFirst().getSerialNumber(), true);
      case Caller.Foreign(String _, SpiffeId id) ->
          denials.refuses(id, chain.getFirst().getSerialNumber(), false);
    };
  }

  private Caller caller(List<X509Certificate> chain) throws CertificateException {
    if (chain.isEmpty()) {
      return new Caller.Anonymous();
    }
    SpiffeId id = verifier.verify(chain);
    if (id.trustDomain().equals(own)) {
      return new Caller.Workload(id);
    }
    String cluster =
        peers
            .apply(id.trustDomain())
            .orElseThrow(() ->
                new CertificateException("trust domain " + id.trustDomain() + " is no peer's"));
    return new Caller.Foreign(cluster, id);
  }

  private static Optional<Status> refusal(Caller caller, String service) {
    boolean federation = service.equals(FEDERATION);
    return switch (caller) {
      case Caller.Anonymous _ ->
          service.equals(CERTIFICATES)
              ? Optional.empty()
              : Optional.of(
                  Status.UNAUTHENTICATED.withDescription("a client certificate is needed"));
      case Caller.Foreign(String cluster, SpiffeId id) ->
          federation && WellKnown.isAgent(id)
              ? Optional.empty()
              : Optional.of(
                  Status.PERMISSION_DENIED.withDescription(
                      id + " of peer " + cluster + " may not call " + service));
      case Caller.Workload(SpiffeId id) ->
          federation || (service.equals(GATEWAY_REPORTS) && !WellKnown.isGateway(id))
              ? Optional.of(
                  Status.PERMISSION_DENIED.withDescription(id + " may not call " + service))
              : Optional.empty();
    };
  }

  private static List<X509Certificate> chain(SSLSession session) {
    if (session == null) {
      return List.of();
    }
    try {
      Certificate[] presented = session.getPeerCertificates();
      return Arrays.stream(presented).map(X509Certificate.class::cast).toList();
    } catch (SSLPeerUnverifiedException e) {
      return List.of();
    }
  }
}

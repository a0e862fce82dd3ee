package dev.weft.proxy.listener;

/** Why a connection was refused: the closed set that counters and logs name. */
public enum Refusal {
  /** Bytes that are no ClientHello, where only TLS is served. */
  PLAINTEXT("plaintext"),
  /** No filter chain for the server name, or none for a connection without one. */
  UNKNOWN_SERVER_NAME("unknown_server_name"),
  /** No filter chain for another reason. */
  NO_FILTER_CHAIN("no_filter_chain"),
  /** The ClientHello did not come in time, or is too long. */
  INSPECTION("inspection"),
  NO_CLIENT_CERTIFICATE("no_client_certificate"),
  UNTRUSTED_ISSUER("untrusted_issuer"),
  WRONG_TRUST_DOMAIN("wrong_trust_domain"),
  INVALID_SVID("invalid_svid"),
  EXPIRED("expired"),
  IDENTITY_MISMATCH("identity_mismatch"),
  /** Any other failure of the handshake. */
  TLS_ERROR("tls_error"),
  RBAC_DENIED("rbac_denied"),
  /** No host to take a TCP connection to. */
  NO_HOST("no_host");

  private final String label;

  Refusal(String label) {
    this.label = label;
  }

  /** The {@code reason} of {@code weft_downstream_refused_total}. */
  public String label() {
    return label;
  }

  /** Counts refusals. Thread-safe: every worker calls the same one. */
  @FunctionalInterface
  public interface Sink {
    void refused(String listener, Refusal reason);
  }
}

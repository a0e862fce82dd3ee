package dev.weft.proxy.listener;

import dev.weft.proxy.transport.ConnectionEvents;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

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
  /** No PROXY header, or a wrong one. */
  PROXY_HEADER("proxy_header"),
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

  /**
   * A connection that was refused.
   *
   * @param serverName what it asked for; empty: nothing, or it was not read
   * @param peerUri URI SAN of the verified peer
   */
  public record Connection(
      String listener,
      Refusal reason,
      SocketAddress remoteAddress,
      boolean tls,
      String serverName,
      @Nullable String peerUri) {}

  private final String label;

  Refusal(String label) {
    this.label = label;
  }

  /** Whether no chain was found. */
  boolean unmatched() {
    return switch (this) {
      case PLAINTEXT, UNKNOWN_SERVER_NAME, NO_FILTER_CHAIN -> true;
      case INSPECTION,
          PROXY_HEADER,
          NO_CLIENT_CERTIFICATE,
          UNTRUSTED_ISSUER,
          WRONG_TRUST_DOMAIN,
          INVALID_SVID,
          EXPIRED,
          IDENTITY_MISMATCH,
          TLS_ERROR,
          RBAC_DENIED,
          NO_HOST ->
          false;
    };
  }

  /** Whether there was no TLS, or none that could be trusted. */
  boolean handshake() {
    return switch (this) {
      case PLAINTEXT,
          NO_CLIENT_CERTIFICATE,
          UNTRUSTED_ISSUER,
          WRONG_TRUST_DOMAIN,
          INVALID_SVID,
          EXPIRED,
          IDENTITY_MISMATCH,
          TLS_ERROR ->
          true;
      case UNKNOWN_SERVER_NAME, NO_FILTER_CHAIN, INSPECTION, PROXY_HEADER, RBAC_DENIED, NO_HOST ->
          false;
    };
  }

  /** The {@code reason} of {@code weft_downstream_refused_total}. */
  public String label() {
    return label;
  }

  /** For the access log, in Envoy's words where it has some. */
  public String details() {
    return switch (this) {
      case PLAINTEXT, UNKNOWN_SERVER_NAME, NO_FILTER_CHAIN ->
          "filter_chain_not_found{" + label + "}";
      case RBAC_DENIED -> "rbac_access_denied";
      case NO_HOST -> "no_healthy_upstream";
      case PROXY_HEADER -> "proxy_protocol_error";
      case INSPECTION,
          NO_CLIENT_CERTIFICATE,
          UNTRUSTED_ISSUER,
          WRONG_TRUST_DOMAIN,
          INVALID_SVID,
          EXPIRED,
          IDENTITY_MISMATCH,
          TLS_ERROR ->
          "tls_handshake{" + label + "}";
    };
  }

  /**
   * Counts and records refusals, and counts connections; must not block. Thread-safe: every worker
   * calls the same one.
   */
  @FunctionalInterface
  public interface Sink extends ConnectionEvents {
    void refused(Connection connection);
  }
}

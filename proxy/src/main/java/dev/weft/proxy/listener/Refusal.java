package dev.weft.proxy.listener;

import dev.weft.policy.authz.Decision;
import dev.weft.policy.svid.SvidFault;
import dev.weft.proxy.failure.AccessDenied;
import dev.weft.proxy.telemetry.AuthorizationEvent;
import dev.weft.proxy.transport.ConnectionEvents;
import java.net.SocketAddress;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Why a connection was refused: the closed set that counters and logs name. */
public enum Refusal {
  /** Bytes that are no ClientHello, where only TLS is served. */
  PLAINTEXT("plaintext", Stage.CHOICE),
  /** No filter chain for the server name, or none for a connection without one. */
  UNKNOWN_SERVER_NAME("unknown_server_name", Stage.CHOICE),
  /** No filter chain for another reason. */
  NO_FILTER_CHAIN("no_filter_chain", Stage.CHOICE),
  /** The ClientHello did not come in time, or not to its end, or is too long. */
  INSPECTION("inspection", Stage.INSPECTION),
  /** No PROXY header, or a wrong one. */
  PROXY_HEADER("proxy_header", Stage.PROXY_HEADER),
  NO_CLIENT_CERTIFICATE(SvidFault.NO_CERTIFICATE),
  INVALID_SVID(SvidFault.INVALID_SVID),
  MISSING_URI(SvidFault.MISSING_URI),
  SEVERAL_URIS(SvidFault.SEVERAL_URIS),
  NOT_A_SPIFFE_ID(SvidFault.NOT_A_SPIFFE_ID),
  CA_AS_LEAF(SvidFault.CA_AS_LEAF),
  KEY_USAGE(SvidFault.KEY_USAGE),
  WEAK_KEY(SvidFault.WEAK_KEY),
  WEAK_SIGNATURE(SvidFault.WEAK_SIGNATURE),
  WRONG_TRUST_DOMAIN(SvidFault.WRONG_TRUST_DOMAIN),
  UNTRUSTED_ISSUER(SvidFault.UNTRUSTED_ISSUER),
  TRUNCATED_CHAIN(SvidFault.TRUNCATED_CHAIN),
  BROKEN_CHAIN(SvidFault.BROKEN_CHAIN),
  ISSUER_NOT_ALLOWED(SvidFault.ISSUER_NOT_ALLOWED),
  CRITICAL_EXTENSION(SvidFault.CRITICAL_EXTENSION),
  EXPIRED(SvidFault.EXPIRED),
  NOT_YET_VALID(SvidFault.NOT_YET_VALID),
  REVOKED(SvidFault.REVOKED),
  REVOCATION_UNKNOWN(SvidFault.REVOCATION_UNKNOWN),
  IDENTITY_MISMATCH(SvidFault.IDENTITY_MISMATCH),
  /** The peer speaks no version of TLS that is taken. */
  TLS_VERSION("tls_version", Stage.HANDSHAKE),
  /** The handshake began, and did not end in time. */
  HANDSHAKE_TIMEOUT("handshake_timeout", Stage.HANDSHAKE),
  /** Any other failure of the handshake. */
  TLS_ERROR("tls_error", Stage.HANDSHAKE),
  /** A second handshake on a connection of TLS 1.2; TLS 1.3 has none. */
  RENEGOTIATION("renegotiation", Stage.HANDSHAKE),
  RBAC_DENIED("rbac_denied", Stage.RULES),
  /** Who comes is on the mesh's deny list. */
  DENIED("denied", Stage.RULES),
  /** An authorization service denies it. */
  EXT_AUTHZ_DENIED("ext_authz_denied", Stage.SERVICE),
  /** An authorization service that has to be asked does not answer. */
  EXT_AUTHZ_ERROR("ext_authz_error", Stage.SERVICE),
  /** No host to take a TCP connection to. */
  NO_HOST("no_host", Stage.HOST);

  private static final Map<SvidFault, Refusal> BY_FAULT = new EnumMap<>(SvidFault.class);

  static {
    for (Refusal refusal : values()) {
      if (refusal.fault != null) {
        BY_FAULT.put(refusal.fault, refusal);
      }
    }
    if (BY_FAULT.size() != SvidFault.values().length) {
      throw new IllegalStateException("a fault of certificates is no refusal");
    }
  }

  /** How far the connection came. */
  private enum Stage {
    PROXY_HEADER,
    INSPECTION,
    CHOICE,
    HANDSHAKE,
    RULES,
    SERVICE,
    HOST
  }

  /**
   * A connection that was refused.
   *
   * @param serverName what it asked for; empty: nothing, or it was not read
   * @param peerUri URI SAN of the verified peer
   * @param decision of rules; {@code null}: it was not them
   */
  public record Connection(
      String listener,
      Refusal reason,
      SocketAddress remoteAddress,
      boolean tls,
      String serverName,
      @Nullable String peerUri,
      @Nullable Decision decision) {

    /** One that no rules were asked of. */
    public Connection(
        String listener,
        Refusal reason,
        SocketAddress remoteAddress,
        boolean tls,
        String serverName,
        @Nullable String peerUri) {
      this(listener, reason, remoteAddress, tls, serverName, peerUri, null);
    }

    /** For the access log, in Envoy's words where it has some. */
    public String details() {
      return decision == null ? reason.details() : AccessDenied.details(decision.rule());
    }
  }

  private final String label;
  private final Stage stage;
  private final @Nullable SvidFault fault;

  Refusal(String label, Stage stage) {
    this.label = label;
    this.stage = stage;
    this.fault = null;
  }

  Refusal(SvidFault fault) {
    this.label = fault.label();
    this.stage = Stage.HANDSHAKE;
    this.fault = fault;
  }

  /** The refusal of a peer for its certificate. */
  public static Refusal of(SvidFault fault) {
    // Every fault has one: see above.
    return BY_FAULT.getOrDefault(fault, TLS_ERROR);
  }

  /** Whether no chain was found. */
  boolean unmatched() {
    return stage == Stage.CHOICE;
  }

  /** Whether there was no TLS, or none that could be trusted. */
  boolean handshake() {
    return stage == Stage.HANDSHAKE || this == PLAINTEXT;
  }

  /** The {@code reason} of {@code weft_downstream_refused_total}. */
  public String label() {
    return label;
  }

  /** For the access log, in Envoy's words where it has some. */
  String details() {
    return switch (stage) {
      case CHOICE -> "filter_chain_not_found{" + label + "}";
      case RULES -> "rbac_access_denied";
      case SERVICE -> label;
      case HOST -> "no_healthy_upstream";
      case PROXY_HEADER -> "proxy_protocol_error";
      case INSPECTION, HANDSHAKE -> "tls_handshake{" + label + "}";
    };
  }

  /**
   * Counts and records refusals, and counts connections; must not block. Thread-safe: every worker
   * calls the same one.
   */
  @FunctionalInterface
  public interface Sink extends ConnectionEvents {
    void refused(Connection connection);

    /**
     * Rules have decided on a connection.
     *
     * @param prefix what the configuration tells the rules by
     * @param shadow whether the decision is only told
     */
    default void decided(String listener, String prefix, Decision decision, boolean shadow) {}

    /**
     * Something happened to a connection that a service may be asked about.
     *
     * @param filter what the configuration tells the filter by
     */
    default void authorization(String listener, String filter, AuthorizationEvent event) {}

    /**
     * Connections are held until a service has answered.
     *
     * @param change 1: one more; -1: one less
     */
    default void held(String listener, String filter, int change) {}
  }
}

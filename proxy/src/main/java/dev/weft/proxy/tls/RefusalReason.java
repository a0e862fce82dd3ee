package dev.weft.proxy.tls;

/** Why a peer's certificate was refused: the closed set that counters and logs name. */
public enum RefusalReason {
  /** The peer sent no certificate. */
  NO_CLIENT_CERTIFICATE("no_client_certificate"),
  /**
   * Not an X.509-SVID: no or several URI names, not a SPIFFE id, a CA as leaf, a wrong key usage.
   */
  INVALID_SVID("invalid_svid"),
  /** No bundle is known for the trust domain in the peer's id. */
  WRONG_TRUST_DOMAIN("wrong_trust_domain"),
  /** The chain does not lead to the bundle of the peer's own trust domain. */
  UNTRUSTED_ISSUER("untrusted_issuer"),
  /** A certificate of the chain is past its end or before its beginning. */
  EXPIRED("expired"),
  /** Genuine, but not who was asked for. */
  IDENTITY_MISMATCH("identity_mismatch");

  private final String label;

  RefusalReason(String label) {
    this.label = label;
  }

  /** The name in metrics and logs. */
  public String label() {
    return label;
  }
}

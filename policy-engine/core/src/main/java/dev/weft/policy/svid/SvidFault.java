package dev.weft.policy.svid;

/** Why a peer's certificate was refused: the closed set that counters and logs name. */
public enum SvidFault {
  /** The peer sent no certificate. */
  NO_CERTIFICATE("no_client_certificate"),
  /** Cannot be read, or the chain is longer than {@value SvidVerifier#LONGEST_CHAIN}. */
  INVALID_SVID("invalid_svid"),
  /** No URI among the alternative names (X.509-SVID section 2). */
  MISSING_URI("missing_uri_san"),
  /** More than one URI among the alternative names (X.509-SVID section 2). */
  SEVERAL_URIS("several_uri_sans"),
  /** The URI is not the SPIFFE id of a workload (SPIFFE-ID section 2). */
  NOT_A_SPIFFE_ID("not_a_spiffe_id"),
  /** An authority's certificate in a workload's place (X.509-SVID section 5.2). */
  CA_AS_LEAF("ca_as_leaf"),
  /** The leaf may not sign handshakes, may sign certificates, or is for another purpose. */
  KEY_USAGE("key_usage"),
  /** A key of the chain is too short, or of a kind that is not taken. */
  WEAK_KEY("weak_key"),
  /** A certificate of the chain is signed with MD5 or SHA-1. */
  WEAK_SIGNATURE("weak_signature"),
  /** No bundle is known for the trust domain in the peer's id. */
  WRONG_TRUST_DOMAIN("wrong_trust_domain"),
  /** The chain does not lead to the bundle of the peer's own trust domain. */
  UNTRUSTED_ISSUER("untrusted_issuer"),
  /** The leaf came alone, and no root of its trust domain has its issuer's name. */
  TRUNCATED_CHAIN("truncated_chain"),
  /** A certificate that came is not the issuer of the one before it. */
  BROKEN_CHAIN("broken_chain"),
  /**
   * Whoever signed may not have signed that: no authority, more below it than its path length
   * allows, or a name outside of its name constraints (RFC 5280 section 6.1).
   */
  ISSUER_NOT_ALLOWED("issuer_not_allowed"),
  /** A critical extension that is not understood here (RFC 5280 section 4.2). */
  CRITICAL_EXTENSION("critical_extension"),
  /** A certificate of the chain is past its end. */
  EXPIRED("expired"),
  /** A certificate of the chain is before its beginning. */
  NOT_YET_VALID("not_yet_valid"),
  /** A certificate of the chain is on its issuer's revocation list. */
  REVOKED("revoked"),
  /** Revocation is looked at, and an issuer of the chain has no list that is in force. */
  REVOCATION_UNKNOWN("revocation_unknown"),
  /** Genuine, but not who was asked for. */
  IDENTITY_MISMATCH("identity_mismatch");

  private final String label;

  SvidFault(String label) {
    this.label = label;
  }

  /** The name in metrics and logs; none is a part of another. */
  public String label() {
    return label;
  }
}

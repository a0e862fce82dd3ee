package dev.weft.agent.ca;

/** Why a certificate was not signed: the closed set that counters, answers and logs name. */
public enum SigningRefusal {
  /** Empty, or larger than {@value SigningRequest#LARGEST} bytes. */
  CSR_SIZE("csr_size"),
  /** Not DER, or no PKCS#10 request, or not even a message of the service. */
  CSR_MALFORMED("csr_malformed"),
  /** A key that is too short, or of a kind that is not certified. */
  CSR_KEY("csr_key"),
  /** Not signed with its own key, or with a broken digest: no proof of possession. */
  CSR_SIGNATURE("csr_signature"),
  /** An attribute other than the one that asks for extensions, or that one twice. */
  CSR_ATTRIBUTES("csr_attributes"),
  /** An extension other than the alternative names. */
  CSR_EXTENSIONS("csr_extensions"),
  /** Other names than one URI. */
  CSR_NAMES("csr_names"),
  /** A URI that is not the SPIFFE id of a workload. */
  CSR_IDENTITY("csr_identity"),
  /** A node id of another form. */
  NODE_ID("node_id"),
  /** Neither a token nor a client certificate. */
  NO_CREDENTIALS("no_credentials"),
  /** The join token is unknown, spent or expired. */
  TOKEN("token"),
  /** An issuer's token that is not genuine, not in force, not for here, or of nobody configured. */
  ISSUER_TOKEN("issuer_token"),
  /**
   * An issuer's token that cannot be judged now: keys or reviews are not to be had, or the
   * configuration of issuers cannot be used.
   */
  ISSUER_UNAVAILABLE("issuer_unavailable"),
  /** A genuine token of an issuer whose claims make nobody of its bearer. */
  TOKEN_CLAIMS("token_claims"),
  /** Another identity than the attested one. */
  ANOTHER_IDENTITY("another_identity"),
  /** A workload of a peer. */
  FOREIGN("foreign"),
  /** The identity, or the certificate that was shown, is on the deny list. */
  DENIED("denied"),
  /** It was due, and could not be made: a full disk, an authority that has ended. */
  FAILED("failed");

  private final String label;

  SigningRefusal(String label) {
    this.label = label;
  }

  /** The {@code reason} of {@code weft_ca_refused_total}. */
  public String label() {
    return label;
  }
}

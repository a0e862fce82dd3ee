package dev.weft.policy.svid;

/** Which end of the handshake the peer is. */
public enum PeerRole {
  /** The peer dialled us. */
  CLIENT("1.3.6.1.5.5.7.3.2"),
  /** We dialled the peer. */
  SERVER("1.3.6.1.5.5.7.3.1");

  private final String extendedKeyUsage;

  PeerRole(String extendedKeyUsage) {
    this.extendedKeyUsage = extendedKeyUsage;
  }

  /** The purpose that a leaf with an extended key usage has to name (RFC 5280 section 4.2.1.12). */
  String extendedKeyUsage() {
    return extendedKeyUsage;
  }
}

package dev.weft.policy.svid;

/** What {@link SvidVerifier} says of a peer. */
public sealed interface SvidVerdict {
  /**
   * The peer is who it says.
   *
   * @param spiffeId the URI of its certificate
   */
  record Accepted(String spiffeId) implements SvidVerdict {}

  /**
   * The handshake has to fail.
   *
   * @param detail for the log; names of the peer's certificate are quoted and bounded
   */
  record Refused(SvidFault fault, String detail) implements SvidVerdict {}
}

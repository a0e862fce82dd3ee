package dev.weft.proxy.tls;

/** What {@link SpiffeVerifier} says of a peer. */
public sealed interface PeerVerdict {
  /**
   * The peer is who it says.
   *
   * @param spiffeId the URI of its certificate
   */
  record Accepted(String spiffeId) implements PeerVerdict {}

  /**
   * The handshake has to fail.
   *
   * @param detail for the log; names of the peer's certificate are quoted and bounded
   */
  record Refused(RefusalReason reason, String detail) implements PeerVerdict {}
}

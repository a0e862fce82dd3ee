package dev.weft.policy.jwt;

import java.util.List;

/**
 * What becomes of a verified token.
 *
 * @param keep whether it stays in the request
 * @param payloadHeader the header that gets the payload, lower case; empty: none
 * @param padPayload whether that payload is padded
 * @param payloadMetadata under which name other filters see the claims; empty: not at all
 * @param spaceDelimited claims that they see as lists, split at spaces
 * @param headerMetadata under which name they see the token's header; empty: not at all
 * @param failureMetadata under which name they see why a token was refused; empty: not at all
 * @param claimHeaders headers that get a claim
 * @param clearRoute whether the route is looked up again when a claim's header was set
 */
public record TokenForwarding(
    boolean keep,
    String payloadHeader,
    boolean padPayload,
    String payloadMetadata,
    List<String> spaceDelimited,
    String headerMetadata,
    String failureMetadata,
    List<ClaimHeader> claimHeaders,
    boolean clearRoute) {

  /** The token is taken away, and nothing is said of it. */
  public static final TokenForwarding NONE =
      new TokenForwarding(false, "", false, "", List.of(), "", "", List.of(), false);

  /** Copies. */
  public TokenForwarding {
    spaceDelimited = List.copyOf(spaceDelimited);
    claimHeaders = List.copyOf(claimHeaders);
  }

  /**
   * A claim in a header.
   *
   * @param header lower case
   * @param claim its name; dots lead into objects
   */
  public record ClaimHeader(String header, String claim) {}
}

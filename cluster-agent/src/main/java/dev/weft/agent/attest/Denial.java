package dev.weft.agent.attest;

import dev.weft.policy.identity.SpiffeId;
import java.math.BigInteger;
import java.time.Instant;

/**
 * Somebody who is no longer believed, although the certificate is genuine.
 *
 * @param id of the denial: made from its subject, so that denying twice is the same as once
 * @param reason for people; at most {@link Denials#LONGEST_REASON} characters
 */
public record Denial(String id, Subject subject, String reason, Instant since) {

  /** Who. */
  public sealed interface Subject {
    /** The text it is written as. */
    String text();
  }

  /** Every certificate of an identity, of whichever trust domain; until it is taken back. */
  public record Identity(SpiffeId identity) implements Subject {
    @Override
    public String text() {
      return identity.uri();
    }
  }

  /**
   * One certificate of this trust domain; until it has ended.
   *
   * @param number not negative, at most 20 bytes (RFC 5280 section 4.1.2.2)
   */
  public record Serial(BigInteger number) implements Subject {
    @Override
    public String text() {
      return number.toString(16);
    }
  }
}

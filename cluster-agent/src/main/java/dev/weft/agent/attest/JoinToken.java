package dev.weft.agent.attest;

import dev.weft.agent.model.NodeAnnouncement.Role;
import java.time.Instant;
import java.util.Set;

/**
 * What is kept of a join token; the token itself is known to its bearer only.
 *
 * @param secretHash hexadecimal SHA-256 of its secret part
 * @param services names in the namespace that the identity may speak for
 * @param expiresAtMillis wall clock, milliseconds since 1970
 * @param usesLeft how many further keys may be enrolled with it
 * @param keys hexadecimal SHA-256 of the public keys enrolled with it; asking again with one of
 *     them is no further use, so that an answer lost on the way costs nothing
 */
record JoinToken(
    String id,
    String secretHash,
    String namespace,
    String serviceAccount,
    Set<String> services,
    Role role,
    long expiresAtMillis,
    int usesLeft,
    Set<String> keys) {

  JoinToken {
    services = Set.copyOf(services);
    keys = Set.copyOf(keys);
  }

  boolean expired(Instant now) {
    return now.toEpochMilli() >= expiresAtMillis;
  }

  @Override
  public String toString() {
    return "JoinToken[" + id + "]";
  }
}

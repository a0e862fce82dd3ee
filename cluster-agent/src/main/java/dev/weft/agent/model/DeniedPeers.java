package dev.weft.agent.model;

import dev.weft.policy.identity.SpiffeId;
import java.util.Set;

/**
 * Whom nobody here lets in, although the certificate is genuine. Immutable.
 *
 * @param identities of whichever trust domain
 * @param complete whether these are all. If not, the list has an entry of which nobody can say whom
 *     it means. It is nobody of the own trust domain that is known here, so until somebody says, no
 *     one of another trust domain is let in
 */
public record DeniedPeers(Set<SpiffeId> identities, boolean complete) {
  /** Nobody is denied. */
  public static final DeniedPeers NONE = new DeniedPeers(Set.of(), true);

  public DeniedPeers {
    identities = Set.copyOf(identities);
  }
}

package dev.weft.agent.ca;

import dev.weft.agent.model.Fingerprint;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Takes the root from one to the next so that at every moment everybody trusts whatever anybody
 * presents: the next root is made known first, then it signs, then the last one leaves. Each step
 * is durable before it counts, so a crash between two of them loses none, and taking one twice is
 * the same as once. Thread-safe.
 */
public final class RootRotation {
  private static final Logger LOG = Logger.getLogger(RootRotation.class);

  private final CertificateAuthority authority;
  private final AgentIdentity identity;
  private final Witnesses witnesses;
  private final ProvidedAuthority.Reader provided;

  /** Who trusts what. Thread-safe. */
  @FunctionalInterface
  public interface Witnesses {
    /**
     * Who has not said yet that it trusts a root of this trust domain.
     *
     * @param fingerprint of the root
     */
    Missing missing(String fingerprint);
  }

  /**
   * Who is waited for.
   *
   * @param nodes ids of known nodes of this cluster
   * @param peers clusters
   */
  public record Missing(List<String> nodes, List<String> peers) {
    public Missing {
      nodes = List.copyOf(nodes);
      peers = List.copyOf(peers);
    }

    /** Whether there is nobody. */
    public boolean isEmpty() {
      return nodes.isEmpty() && peers.isEmpty();
    }
  }

  /** What came of a wish to rotate. */
  public enum Begun {
    /** A rotation has begun. */
    BEGUN,
    /** One was under way already. */
    UNDER_WAY,
    /** The intermediate was replaced; that is all. */
    DONE
  }

  /**
   * @param provided reads what the operator configured, again at each rotation; empty: the agent
   *     makes its own
   */
  public RootRotation(
      CertificateAuthority authority,
      AgentIdentity identity,
      Witnesses witnesses,
      ProvidedAuthority.Reader provided) {
    this.authority = authority;
    this.identity = identity;
    this.witnesses = witnesses;
    this.provided = provided;
  }

  /** Where the authority is. */
  public AuthorityStatus status() {
    return authority.status();
  }

  /** Who is waited for; nobody where nothing is. */
  public Missing waitingFor() {
    X509Certificate next = authority.status().next();
    return next == null
        ? new Missing(List.of(), List.of())
        : witnesses.missing(Fingerprint.of(next));
  }

  /**
   * Begins with a new root.
   *
   * @throws IOException when it could not be made durable; then nothing has changed
   * @throws GeneralSecurityException when the configured authority is the one in use, or of no use
   */
  public Begun rotateRoot() throws IOException, GeneralSecurityException {
    if (authority.status().phase() != AuthorityStatus.Phase.STEADY) {
      return Begun.UNDER_WAY;
    }
    Optional<ProvidedAuthority> brought;
    try {
      brought = provided.read();
    } catch (IOException e) {
      throw new GeneralSecurityException(e.getMessage(), e);
    }
    if (!authority.beginRotation(brought)) {
      return Begun.UNDER_WAY;
    }
    LOG.infof(
        "the rotation of the root of %s has begun: the next one is made known",
        authority.trustDomain());
    return Begun.BEGUN;
  }

  /**
   * Replaces the intermediate.
   *
   * @throws GeneralSecurityException when the root's key is not here
   */
  public Begun rotateIntermediate() throws IOException, GeneralSecurityException {
    authority.rotateIntermediate();
    LOG.infof("the intermediate of %s was replaced", authority.trustDomain());
    return Begun.DONE;
  }

  /**
   * Goes on without those that are waited for: what they are shown from now on they may refuse.
   *
   * @return who they are; empty: nothing was waited for
   * @throws IOException when it could not be made durable; then nothing has changed
   */
  public Optional<Missing> proceed() throws IOException {
    Missing without = waitingFor();
    if (!authority.signWithNext()) {
      return Optional.empty();
    }
    LOG.warnf(
        "the next root of %s signs from now on, without having been acknowledged by nodes %s and"
            + " peers %s",
        authority.trustDomain(), without.nodes(), without.peers());
    return Optional.of(without);
  }

  /**
   * Takes the next step if it is due; to be called every second or so.
   *
   * @throws IOException when it could not be made durable; it is tried again with the next call
   */
  public void step() throws IOException, GeneralSecurityException {
    switch (authority.status().phase()) {
      case STEADY -> {}
      case SPREADING -> {
        if (waitingFor().isEmpty() && authority.signWithNext()) {
          LOG.infof(
              "the next root of %s is trusted everywhere and signs from now on; the last one stays"
                  + " trusted until %s",
              authority.trustDomain(), authority.status().until());
        }
      }
      case RETIRING -> {
        if (authority.mayRetire()) {
          identity.leaveLastLine();
          if (authority.retire()) {
            LOG.infof("the last root of %s is trusted no more", authority.trustDomain());
          }
        }
      }
    }
  }
}

package dev.weft.agent.app;

import dev.weft.agent.ca.MeshTrust;
import dev.weft.agent.model.Peer;
import dev.weft.agent.state.MeshState;
import dev.weft.policy.identity.TrustDomain;
import java.io.ByteArrayInputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * Lets the agent's port trust what the configured peers' bundles say, each for its own trust
 * domain. Owned by the state's thread.
 */
final class PeerTrust implements Consumer<MeshState> {
  private static final Logger LOG = Logger.getLogger(PeerTrust.class);

  private final MeshTrust trust;
  private final TrustDomain own;
  private final Supplier<List<X509Certificate>> ownRoots;
  private Map<String, Peer> seen = Map.of();
  private List<X509Certificate> seenOwn = List.of();

  PeerTrust(MeshTrust trust, TrustDomain own, Supplier<List<X509Certificate>> ownRoots) {
    this.trust = trust;
    this.own = own;
    this.ownRoots = ownRoots;
  }

  @Override
  public void accept(MeshState state) {
    List<X509Certificate> now = ownRoots.get();
    if (state.peers().equals(seen) && now.equals(seenOwn)) {
      return;
    }
    seen = state.peers();
    seenOwn = now;
    Map<TrustDomain, List<X509Certificate>> roots = new HashMap<>();
    seen.values().forEach(peer -> roots.put(peer.trustDomain(), certificates(peer)));
    // Last, so that no peer's file can speak for the own trust domain.
    roots.put(own, now);
    trust.replace(roots);
  }

  private static List<X509Certificate> certificates(Peer peer) {
    List<X509Certificate> certificates = new ArrayList<>();
    for (byte[] der : peer.bundle()) {
      try {
        certificates.add(
            (X509Certificate)
                CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(der)));
      } catch (CertificateException e) {
        LOG.errorf(
            "the bundle of peer %s has a certificate that is not one: %s",
            peer.cluster(), e.getMessage());
      }
    }
    return List.copyOf(certificates);
  }
}

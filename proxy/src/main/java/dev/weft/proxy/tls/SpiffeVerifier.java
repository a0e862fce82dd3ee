package dev.weft.proxy.tls;

import dev.weft.policy.svid.PeerRole;
import dev.weft.policy.svid.RevocationLists;
import dev.weft.policy.svid.SvidFault;
import dev.weft.policy.svid.SvidVerdict;
import dev.weft.policy.svid.SvidVerifier;
import dev.weft.proxy.config.SanMatcher;
import dev.weft.proxy.config.TrustContext;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Decides whether a peer's certificate is a valid X.509-SVID of an expected identity: the rules are
 * {@link SvidVerifier}'s, whom to expect is said by the TLS context. Immutable and thread-safe; a
 * bundle change makes a new one.
 */
public final class SpiffeVerifier {
  private final SvidVerifier verifier;
  private final List<SanMatcher> expected;
  private final InstantSource clock;

  /**
   * @param trust bundles by trust domain
   * @param expected the certificate has to carry a name that one of these accepts; empty: any
   *     identity of a trusted domain
   * @throws IllegalArgumentException when a bundle holds something that is no certificate, or no
   *     revocation list
   */
  public SpiffeVerifier(TrustContext trust, List<SanMatcher> expected, InstantSource clock) {
    this.verifier =
        new SvidVerifier(
            trust.bundles().entrySet().stream()
                .collect(
                    Collectors.toUnmodifiableMap(
                        Map.Entry::getKey, entry -> Certificates.fromDer(entry.getValue()))),
            trust.revocations().entrySet().stream()
                .collect(
                    Collectors.toUnmodifiableMap(
                        Map.Entry::getKey, entry -> RevocationLists.fromDer(entry.getValue()))));
    this.expected = List.copyOf(expected);
    this.clock = clock;
  }

  /**
   * The verdict on a chain, leaf first, as the peer sent it. Never throws.
   *
   * @param role which end the peer is
   */
  public SvidVerdict verify(List<X509Certificate> chain, PeerRole role) {
    SvidVerdict verdict = verifier.verify(chain, role, clock.instant());
    return switch (verdict) {
      case SvidVerdict.Accepted(String id) when !isExpected(chain.getFirst()) ->
          new SvidVerdict.Refused(
              SvidFault.IDENTITY_MISMATCH, '"' + id + "\" is not who was asked for");
      case SvidVerdict.Accepted _, SvidVerdict.Refused _ -> verdict;
    };
  }

  private boolean isExpected(X509Certificate leaf) {
    return expected.isEmpty() || SubjectNames.any(expected, leaf);
  }
}

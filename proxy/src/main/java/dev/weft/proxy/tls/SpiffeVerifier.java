package dev.weft.proxy.tls;

import dev.weft.policy.match.StringMatcher;
import dev.weft.proxy.config.SanMatcher;
import dev.weft.proxy.config.TrustContext;
import java.security.GeneralSecurityException;
import java.security.cert.CertPath;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a peer's certificate is a valid X.509-SVID of an expected identity (SPIFFE
 * X509-SVID sections 2 to 5).
 *
 * <p>A chain is built against the bundle of the trust domain in the leaf's own id and no other, so
 * a peer's authority can vouch for nothing but its own domain. Immutable and thread-safe; a bundle
 * change makes a new one.
 */
public final class SpiffeVerifier {
  private static final int URI = 6;
  private static final int DNS = 2;
  private static final int MAX_CHAIN = 8;
  private static final int MAX_ID = 2048;
  private static final Pattern ID =
      Pattern.compile("spiffe://([a-z0-9._-]{1,255})((?:/[a-zA-Z0-9._-]+)+)");

  private final Map<String, Set<TrustAnchor>> anchors;
  private final List<SanMatcher> expected;
  private final InstantSource clock;

  /**
   * @param trust bundles by trust domain
   * @param expected the certificate has to carry a name that one of these accepts; empty: any
   *     identity of a trusted domain
   * @throws IllegalArgumentException when a bundle holds something that is no certificate
   */
  public SpiffeVerifier(TrustContext trust, List<SanMatcher> expected, InstantSource clock) {
    this.anchors =
        trust.bundles().entrySet().stream()
            .collect(
                Collectors.toUnmodifiableMap(
                    Map.Entry::getKey, entry -> anchors(entry.getValue())));
    this.expected = List.copyOf(expected);
    this.clock = clock;
  }

  private static Set<TrustAnchor> anchors(List<byte[]> roots) {
    return roots.stream()
        .map(der -> new TrustAnchor(Certificates.fromDer(der), null))
        .collect(Collectors.toUnmodifiableSet());
  }

  /**
   * The verdict on a chain, leaf first, as the peer sent it. Never throws.
   *
   * @param role which end the peer is
   */
  public PeerVerdict verify(List<X509Certificate> chain, PeerRole role) {
    if (chain.isEmpty()) {
      return refused(RefusalReason.NO_CLIENT_CERTIFICATE, "the peer sent no certificate");
    }
    if (chain.size() > MAX_CHAIN) {
      return refused(RefusalReason.INVALID_SVID, "a chain of " + chain.size() + " certificates");
    }
    X509Certificate leaf = chain.getFirst();
    try {
      String fault = faultOf(leaf, role);
      if (fault != null) {
        return refused(RefusalReason.INVALID_SVID, fault);
      }
      return verifyNamed(chain, uris(leaf).getFirst());
    } catch (CertificateException e) {
      return refused(RefusalReason.INVALID_SVID, "unreadable certificate: " + e.getMessage());
    }
  }

  private static @Nullable String faultOf(X509Certificate leaf, PeerRole role)
      throws CertificateException {
    List<String> uris = uris(leaf);
    if (uris.size() != 1) {
      return uris.size() + " URI names, expected one";
    }
    if (uris.getFirst().length() > MAX_ID || !ID.matcher(uris.getFirst()).matches()) {
      return "not a SPIFFE id: " + quoted(uris.getFirst());
    }
    if (leaf.getBasicConstraints() >= 0) {
      return "a certificate authority as leaf";
    }
    boolean[] usage = leaf.getKeyUsage();
    // RFC 5280 section 4.2.1.3: 0 digitalSignature, 5 keyCertSign, 6 cRLSign.
    if (usage == null || !usage[0] || usage[5] || usage[6]) {
      return "key usage is not that of a leaf";
    }
    List<String> purposes = leaf.getExtendedKeyUsage();
    if (purposes != null && !purposes.contains(role.extendedKeyUsage())) {
      return "extended key usage does not allow the peer to be a " + role;
    }
    return null;
  }

  private PeerVerdict verifyNamed(List<X509Certificate> chain, String id)
      throws CertificateException {
    Matcher form = ID.matcher(id);
    String trustDomain = form.matches() ? form.group(1) : "";
    Set<TrustAnchor> roots = anchors.get(trustDomain);
    if (roots == null || roots.isEmpty()) {
      return refused(
          RefusalReason.WRONG_TRUST_DOMAIN, "no bundle for the trust domain of " + quoted(id));
    }
    PeerVerdict.@Nullable Refused broken = chainFault(chain, roots, id);
    if (broken != null) {
      return broken;
    }
    if (!expected.isEmpty() && !isExpected(chain.getFirst(), id)) {
      return refused(RefusalReason.IDENTITY_MISMATCH, quoted(id) + " is not who was asked for");
    }
    return new PeerVerdict.Accepted(id);
  }

  private PeerVerdict.@Nullable Refused chainFault(
      List<X509Certificate> chain, Set<TrustAnchor> roots, String id) {
    Instant now = clock.instant();
    // A peer may send its root along; a path ends before the anchor.
    List<X509Certificate> path =
        chain.stream()
            .filter(c -> roots.stream().noneMatch(root -> c.equals(root.getTrustedCert())))
            .toList();
    if (path.isEmpty()) {
      return refused(RefusalReason.INVALID_SVID, "a root as leaf");
    }
    try {
      CertPath certPath = CertificateFactory.getInstance("X.509").generateCertPath(path);
      PKIXParameters parameters = new PKIXParameters(roots);
      // There are no revocation lists: SVIDs are short-lived instead.
      parameters.setRevocationEnabled(false);
      parameters.setDate(Date.from(now));
      CertPathValidator.getInstance("PKIX").validate(certPath, parameters);
      return null;
    } catch (CertPathValidatorException e) {
      if (e.getReason() == BasicReason.EXPIRED || e.getReason() == BasicReason.NOT_YET_VALID) {
        return refused(RefusalReason.EXPIRED, quoted(id) + " at " + now + ": " + e.getMessage());
      }
      return refused(RefusalReason.UNTRUSTED_ISSUER, quoted(id) + ": " + e.getMessage());
    } catch (GeneralSecurityException e) {
      return refused(RefusalReason.UNTRUSTED_ISSUER, quoted(id) + ": " + e.getMessage());
    }
  }

  private boolean isExpected(X509Certificate leaf, String id) throws CertificateException {
    List<String> dnsNames = names(leaf, DNS);
    for (SanMatcher matcher : expected) {
      boolean accepted =
          switch (matcher.type()) {
            case URI -> matcher.matcher().matches(id);
            case DNS -> anyAccepted(matcher.matcher(), dnsNames);
          };
      if (accepted) {
        return true;
      }
    }
    return false;
  }

  private static boolean anyAccepted(StringMatcher matcher, List<String> names) {
    return names.stream().anyMatch(matcher::matches);
  }

  private static List<String> uris(X509Certificate certificate) throws CertificateException {
    return names(certificate, URI);
  }

  private static List<String> names(X509Certificate certificate, int type)
      throws CertificateException {
    Collection<List<?>> all = certificate.getSubjectAlternativeNames();
    List<String> found = new ArrayList<>();
    if (all != null) {
      for (List<?> name : all) {
        if (Integer.valueOf(type).equals(name.get(0)) && name.get(1) instanceof String text) {
          found.add(text);
        }
      }
    }
    return found;
  }

  private static String quoted(String text) {
    String bounded = text.length() > 200 ? text.substring(0, 200) + "…" : text;
    return '"' + bounded.replaceAll("[^\\x20-\\x7e]", "?") + '"';
  }

  private static PeerVerdict.Refused refused(RefusalReason reason, String detail) {
    return new PeerVerdict.Refused(reason, detail);
  }
}

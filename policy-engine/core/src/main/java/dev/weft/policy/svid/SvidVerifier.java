package dev.weft.policy.svid;

import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a chain is a valid X.509-SVID of a trust domain that is known.
 *
 * <p>A chain is built against the bundle of the trust domain in the leaf's own id and no other, so
 * that an authority can vouch for nothing but its own domain. Immutable and thread-safe; a bundle
 * change makes a new one.
 */
public final class SvidVerifier {
  /** Certificates in a chain that a peer may send. */
  static final int LONGEST_CHAIN = 8;

  private static final int URI = 6;
  private static final int LONGEST_ID = 2048;
  private static final Pattern ID =
      Pattern.compile("spiffe://([a-z0-9._-]{1,255})((?:/(?!\\.{1,2}(?:/|$))[a-zA-Z0-9._-]+)+)");

  private final Map<String, SvidPath.Anchors> anchors;

  /** Without revocation lists. */
  public SvidVerifier(Map<String, List<X509Certificate>> bundles) {
    this(bundles, Map.of());
  }

  /**
   * @param bundles roots by trust domain; never joined
   * @param revocations by trust domain; where there are none, revocation is not looked at
   */
  public SvidVerifier(
      Map<String, List<X509Certificate>> bundles, Map<String, RevocationLists> revocations) {
    this.anchors =
        bundles.entrySet().stream()
            .collect(
                Collectors.toUnmodifiableMap(
                    Map.Entry::getKey,
                    entry ->
                        new SvidPath.Anchors(
                            entry.getValue(),
                            revocations.getOrDefault(entry.getKey(), RevocationLists.NONE))));
  }

  /**
   * The verdict on a chain, leaf first, as the peer sent it. Never throws.
   *
   * @param role which end the peer is
   */
  public SvidVerdict verify(List<X509Certificate> chain, PeerRole role, Instant now) {
    if (chain.isEmpty()) {
      return refused(SvidFault.NO_CERTIFICATE, "the peer sent no certificate");
    }
    if (chain.size() > LONGEST_CHAIN) {
      return refused(SvidFault.INVALID_SVID, "a chain of " + chain.size() + " certificates");
    }
    try {
      SvidVerdict.@Nullable Refused fault = faultOfLeaf(chain.getFirst(), role);
      if (fault == null) {
        fault = faultOfKeys(chain);
      }
      return fault == null ? verifyNamed(chain, uris(chain.getFirst()).getFirst(), now) : fault;
    } catch (CertificateException | RuntimeException e) {
      // The platform's readers throw many kinds at what a stranger made up; all of them refuse.
      return refused(
          SvidFault.INVALID_SVID,
          "unreadable certificate: " + quoted(String.valueOf(e.getMessage())));
    }
  }

  /**
   * The URIs among a certificate's alternative names.
   *
   * @throws CertificateException when they cannot be read
   */
  public static List<String> uris(X509Certificate certificate) throws CertificateException {
    return names(certificate, URI);
  }

  /**
   * The alternative names of a type.
   *
   * @param type as RFC 5280 section 4.2.1.6 numbers them
   * @throws CertificateException when they cannot be read
   */
  public static List<String> names(X509Certificate certificate, int type)
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

  private static SvidVerdict.@Nullable Refused faultOfLeaf(X509Certificate leaf, PeerRole role)
      throws CertificateException {
    List<String> uris = uris(leaf);
    if (uris.isEmpty()) {
      return refused(SvidFault.MISSING_URI, "no URI name, expected one");
    }
    if (uris.size() > 1) {
      return refused(SvidFault.SEVERAL_URIS, uris.size() + " URI names, expected one");
    }
    String uri = uris.getFirst();
    if (leaf.getBasicConstraints() >= 0) {
      return refused(SvidFault.CA_AS_LEAF, "a certificate authority as leaf: " + quoted(uri));
    }
    if (uri.length() > LONGEST_ID || !ID.matcher(uri).matches()) {
      return refused(SvidFault.NOT_A_SPIFFE_ID, "not a workload's SPIFFE id: " + quoted(uri));
    }
    boolean[] usage = leaf.getKeyUsage();
    // RFC 5280 section 4.2.1.3: 0 digitalSignature, 5 keyCertSign, 6 cRLSign.
    if (usage == null || !usage[0] || usage[5] || usage[6]) {
      return refused(SvidFault.KEY_USAGE, quoted(uri) + ": key usage is not that of a leaf");
    }
    List<String> purposes = leaf.getExtendedKeyUsage();
    if (purposes != null && !purposes.contains(role.extendedKeyUsage())) {
      return refused(
          SvidFault.KEY_USAGE,
          quoted(uri) + ": extended key usage does not allow the peer to be a " + role);
    }
    return null;
  }

  private static SvidVerdict.@Nullable Refused faultOfKeys(List<X509Certificate> chain) {
    for (X509Certificate certificate : chain) {
      String weakness = Keys.weakness(certificate.getPublicKey());
      if (!weakness.isEmpty()) {
        return refused(SvidFault.WEAK_KEY, weakness);
      }
    }
    return null;
  }

  private SvidVerdict verifyNamed(List<X509Certificate> chain, String id, Instant now) {
    Matcher form = ID.matcher(id);
    SvidPath.Anchors known = anchors.get(form.matches() ? form.group(1) : "");
    if (known == null || known.roots().isEmpty()) {
      return refused(
          SvidFault.WRONG_TRUST_DOMAIN, "no bundle for the trust domain of " + quoted(id));
    }
    return SvidPath.verify(id, chain, known, now);
  }

  static String quoted(String text) {
    String bounded = text.length() > 200 ? text.substring(0, 200) + "…" : text;
    return '"' + bounded.replaceAll("[^\\x20-\\x7e]", "?") + '"';
  }

  static SvidVerdict.Refused refused(SvidFault fault, String detail) {
    return new SvidVerdict.Refused(fault, detail);
  }
}

package dev.weft.policy.svid;

import static dev.weft.policy.svid.SvidVerifier.quoted;
import static dev.weft.policy.svid.SvidVerifier.refused;

import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertPathValidatorException.Reason;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.PKIXReason;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whether a chain leads to one of a trust domain's roots (RFC 5280 section 6). A root is held
 * against its own limits too, which the platform's validator leaves out for trust anchors.
 * Stateless.
 */
final class SvidPath {
  private static final String NAME_CONSTRAINTS = "2.5.29.30";

  private SvidPath() {}

  /** The roots of one trust domain, and what their authorities have taken back. */
  record Anchors(List<X509Certificate> roots, RevocationLists revocations) {
    Anchors {
      roots = List.copyOf(roots);
    }
  }

  /**
   * The verdict on a chain, leaf first, as the peer sent it.
   *
   * @param id the leaf's
   */
  static SvidVerdict verify(String id, List<X509Certificate> chain, Anchors anchors, Instant now) {
    // A peer may send its root along; a path ends before the anchor.
    List<X509Certificate> path =
        chain.stream().filter(one -> !anchors.roots().contains(one)).toList();
    if (path.isEmpty()) {
      return refused(SvidFault.CA_AS_LEAF, "a root as leaf");
    }
    SvidVerdict.@Nullable Refused fault = faultOfShape(id, path);
    if (fault != null) {
      return fault;
    }
    X509Certificate last = path.getLast();
    for (X509Certificate root : anchors.roots()) {
      if (isNamedIssuer(root, last)) {
        SvidVerdict verdict = below(root, id, path, anchors.revocations(), now);
        if (!(verdict instanceof SvidVerdict.Refused refused)) {
          return verdict;
        }
        // Of roots of one name one may have signed it; who did knows best what is wrong with it.
        if (fault == null || fault.fault() == SvidFault.UNTRUSTED_ISSUER) {
          fault = refused;
        }
      }
    }
    if (fault != null) {
      return fault;
    }
    return path.size() == 1 && !isNamedIssuer(last, last)
        ? refused(
            SvidFault.TRUNCATED_CHAIN,
            quoted(id) + " came without its issuer, who is no root of its trust domain")
        : refused(
            SvidFault.UNTRUSTED_ISSUER,
            quoted(id) + ": the chain ends at nobody of its trust domain's bundle");
  }

  private static SvidVerdict.@Nullable Refused faultOfShape(String id, List<X509Certificate> path) {
    for (X509Certificate certificate : path) {
      if (Keys.weakDigest(certificate.getSigAlgName())) {
        return refused(SvidFault.WEAK_SIGNATURE, "signed with " + certificate.getSigAlgName());
      }
    }
    for (int i = 1; i < path.size(); i++) {
      if (!isNamedIssuer(path.get(i), path.get(i - 1))) {
        return refused(
            SvidFault.BROKEN_CHAIN,
            quoted(id) + ": certificate " + (i + 1) + " is not the issuer of the one before it");
      }
    }
    return null;
  }

  private static boolean isNamedIssuer(X509Certificate issuer, X509Certificate of) {
    return issuer.getSubjectX500Principal().equals(of.getIssuerX500Principal());
  }

  private static SvidVerdict below(
      X509Certificate root,
      String id,
      List<X509Certificate> path,
      RevocationLists revocations,
      Instant now) {
    String at = quoted(id) + " at " + now + ": ";
    try {
      validate(root, path, now);
    } catch (CertPathValidatorException e) {
      return refused(faultOf(e.getReason()), at + e.getMessage());
    } catch (GeneralSecurityException e) {
      return refused(SvidFault.UNTRUSTED_ISSUER, at + e.getMessage());
    }
    // Only of a root that did sign it: a chain says nothing of another's end.
    SvidFault fault = faultOfRoot(root, path, now);
    if (fault != null) {
      return refused(fault, at + "the root that it leads to");
    }
    List<X509Certificate> whole = new ArrayList<>(path);
    whole.add(root);
    SvidFault taken = revocations.fault(whole, now);
    return taken == null
        ? new SvidVerdict.Accepted(id)
        : refused(taken, quoted(id) + ", serial " + path.getFirst().getSerialNumber().toString(16));
  }

  private static void validate(X509Certificate root, List<X509Certificate> path, Instant now)
      throws GeneralSecurityException {
    TrustAnchor anchor = new TrustAnchor(root, null);
    List<X509Certificate> below = path;
    if (root.getExtensionValue(NAME_CONSTRAINTS) != null) {
      // As a certificate among the others, below its own key, so that its names count.
      anchor = new TrustAnchor(root.getSubjectX500Principal(), root.getPublicKey(), null);
      below = new ArrayList<>(path);
      below.add(root);
    }
    PKIXParameters parameters = new PKIXParameters(Set.of(anchor));
    // Lists of a trust domain are looked at by themselves, as an Envoy does.
    parameters.setRevocationEnabled(false);
    parameters.setDate(Date.from(now));
    CertPathValidator.getInstance("PKIX")
        .validate(CertificateFactory.getInstance("X.509").generateCertPath(below), parameters);
  }

  private static @Nullable SvidFault faultOfRoot(
      X509Certificate root, List<X509Certificate> path, Instant now) {
    if (!Keys.weakness(root.getPublicKey()).isEmpty()) {
      return SvidFault.WEAK_KEY;
    }
    if (now.isAfter(root.getNotAfter().toInstant())) {
      return SvidFault.EXPIRED;
    }
    if (now.isBefore(root.getNotBefore().toInstant())) {
      return SvidFault.NOT_YET_VALID;
    }
    boolean[] usage = root.getKeyUsage();
    // Those that it issued to itself do not count (RFC 5280 section 4.2.1.9); -1: no authority.
    long between = path.stream().skip(1).filter(one -> !isNamedIssuer(one, one)).count();
    boolean mayHave = root.getBasicConstraints() >= between && (usage == null || usage[5]);
    return mayHave ? null : SvidFault.ISSUER_NOT_ALLOWED;
  }

  private static SvidFault faultOf(Reason reason) {
    if (reason == BasicReason.EXPIRED) {
      return SvidFault.EXPIRED;
    }
    if (reason == BasicReason.NOT_YET_VALID) {
      return SvidFault.NOT_YET_VALID;
    }
    if (reason == PKIXReason.UNRECOGNIZED_CRIT_EXT) {
      return SvidFault.CRITICAL_EXTENSION;
    }
    boolean limits =
        Set.of(
                PKIXReason.NOT_CA_CERT,
                PKIXReason.PATH_TOO_LONG,
                PKIXReason.INVALID_KEY_USAGE,
                PKIXReason.INVALID_NAME)
            .contains(reason);
    return limits ? SvidFault.ISSUER_NOT_ALLOWED : SvidFault.UNTRUSTED_ISSUER;
  }
}

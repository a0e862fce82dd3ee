package dev.weft.policy.svid;

import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.cert.CRLException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509CRLEntry;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/**
 * A trust domain's certificate revocation lists (RFC 5280 section 5). Where there is one, there has
 * to be one of every issuer of a chain, the root's own too, and in force: as a TLS library with
 * {@code X509_V_FLAG_CRL_CHECK_ALL} has it, which is what an Envoy does with lists in the bundle of
 * a SPIFFE trust domain. Thread-safe.
 */
public final class RevocationLists {
  /** No lists: nothing is revoked. */
  public static final RevocationLists NONE = new RevocationLists(List.of());

  private final List<X509CRL> lists;
  private final Set<Entry> entries = new HashSet<>();
  private final Map<X509Certificate, List<X509CRL>> verified = new ConcurrentHashMap<>();

  private record Entry(X500Principal issuer, BigInteger serial) {}

  private RevocationLists(List<X509CRL> lists) {
    this.lists = List.copyOf(lists);
    for (X509CRL list : lists) {
      Set<? extends X509CRLEntry> revoked = list.getRevokedCertificates();
      if (revoked != null) {
        revoked.forEach(
            one -> entries.add(new Entry(list.getIssuerX500Principal(), one.getSerialNumber())));
      }
    }
  }

  /**
   * Reads lists.
   *
   * @throws IllegalArgumentException when one is none
   */
  public static RevocationLists fromDer(List<byte[]> encoded) {
    List<X509CRL> lists = new ArrayList<>();
    for (byte[] der : encoded) {
      lists.add(fromDer(der));
    }
    return lists.isEmpty() ? NONE : new RevocationLists(lists);
  }

  /** Reads one; throws as the other. */
  public static X509CRL fromDer(byte[] der) {
    try {
      return (X509CRL)
          CertificateFactory.getInstance("X.509").generateCRL(new ByteArrayInputStream(der));
    } catch (CRLException | CertificateException e) {
      throw new IllegalArgumentException("not a revocation list: " + e.getMessage(), e);
    }
  }

  /** Whether a certificate, verified at an earlier time, is on its issuer's list by now. */
  public boolean holds(X509Certificate certificate) {
    return entries.contains(
        new Entry(certificate.getIssuerX500Principal(), certificate.getSerialNumber()));
  }

  /**
   * Why a chain is not good; {@code null}: nothing is wrong with it.
   *
   * @param path verified, the leaf first and the root last
   */
  @Nullable SvidFault fault(List<X509Certificate> path, Instant now) {
    if (lists.isEmpty()) {
      return null;
    }
    for (int i = 0; i < path.size(); i++) {
      X509Certificate issuer = path.get(Math.min(i + 1, path.size() - 1));
      List<X509CRL> its = verified.computeIfAbsent(issuer, this::of);
      if (its.stream().noneMatch(list -> inForce(list, now))) {
        return SvidFault.REVOCATION_UNKNOWN;
      }
      X509Certificate one = path.get(i);
      if (its.stream().anyMatch(list -> list.isRevoked(one))) {
        return SvidFault.REVOKED;
      }
    }
    return null;
  }

  /** Those that this authority has signed, and may sign. */
  private List<X509CRL> of(X509Certificate issuer) {
    boolean[] usage = issuer.getKeyUsage();
    // RFC 5280 section 4.2.1.3: 6 cRLSign.
    if (usage != null && !usage[6]) {
      return List.of();
    }
    return lists.stream().filter(list -> signed(issuer, list)).toList();
  }

  private static boolean signed(X509Certificate issuer, X509CRL list) {
    if (!list.getIssuerX500Principal().equals(issuer.getSubjectX500Principal())) {
      return false;
    }
    try {
      list.verify(issuer.getPublicKey());
      return !list.hasUnsupportedCriticalExtension();
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  private static boolean inForce(X509CRL list, Instant now) {
    Date next = list.getNextUpdate();
    return !list.getThisUpdate().toInstant().isAfter(now)
        && (next == null || next.toInstant().isAfter(now));
  }
}

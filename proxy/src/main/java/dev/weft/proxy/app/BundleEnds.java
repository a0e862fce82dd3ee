package dev.weft.proxy.app;

import dev.weft.proxy.config.Snapshot;
import dev.weft.proxy.config.TrustContext;
import java.io.ByteArrayInputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** When the trust bundles of a snapshot end. */
final class BundleEnds {
  private BundleEnds() {}

  /** Seconds since 1970 at which the first root ends, by trust domain. */
  static Map<String, Long> of(Snapshot snapshot) {
    Map<String, Long> ends = new HashMap<>();
    for (TrustContext trust : snapshot.validation().values()) {
      trust
          .bundles()
          .forEach((domain, roots) -> ends.merge(domain, first(roots), (a, b) -> Math.min(a, b)));
    }
    return ends;
  }

  private static long first(List<byte[]> roots) {
    long first = Long.MAX_VALUE;
    try {
      CertificateFactory certificates = CertificateFactory.getInstance("X.509");
      for (byte[] root : roots) {
        X509Certificate read =
            (X509Certificate) certificates.generateCertificate(new ByteArrayInputStream(root));
        first = Math.min(first, read.getNotAfter().toInstant().getEpochSecond());
      }
    } catch (CertificateException e) {
      throw new IllegalStateException("a root that was accepted cannot be read", e);
    }
    return first;
  }
}

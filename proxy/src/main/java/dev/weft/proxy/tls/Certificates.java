package dev.weft.proxy.tls;

import java.io.ByteArrayInputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;

/** X.509 certificates from their encodings. Stateless. */
public final class Certificates {
  private Certificates() {}

  /**
   * Reads one DER certificate.
   *
   * @throws IllegalArgumentException when it is none
   */
  public static X509Certificate fromDer(byte[] der) {
    try {
      CertificateFactory factory = CertificateFactory.getInstance("X.509");
      return (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(der));
    } catch (CertificateException e) {
      throw new IllegalArgumentException("not an X.509 certificate: " + e.getMessage(), e);
    }
  }

  /** Reads several; throws as {@link #fromDer}. */
  public static List<X509Certificate> fromDer(Iterable<byte[]> encoded) {
    List<X509Certificate> certificates = new ArrayList<>();
    encoded.forEach(der -> certificates.add(fromDer(der)));
    return List.copyOf(certificates);
  }
}

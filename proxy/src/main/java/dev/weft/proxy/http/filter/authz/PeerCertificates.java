package dev.weft.proxy.http.filter.authz;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** A peer's certificate as a service is told it. Stateless. */
final class PeerCertificates {
  private static final Base64.Encoder LINES = Base64.getMimeEncoder(64, "\n".getBytes(US_ASCII));

  private PeerCertificates() {}

  /** PEM in URL encoding; empty: there is none. */
  static String encoded(@Nullable X509Certificate certificate) {
    if (certificate == null) {
      return "";
    }
    try {
      String pem =
          "-----BEGIN CERTIFICATE-----\n"
              + LINES.encodeToString(certificate.getEncoded())
              + "\n-----END CERTIFICATE-----\n";
      return pem.replace("\n", "%0A")
          .replace(" ", "%20")
          .replace("+", "%2B")
          .replace("/", "%2F")
          .replace("=", "%3D");
    } catch (CertificateEncodingException e) {
      throw new IllegalStateException("a certificate that was verified can be encoded", e);
    }
  }
}

package dev.weft.agent.model;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.util.HexFormat;

/** What a certificate is called where it is spoken of. Stateless. */
public final class Fingerprint {
  private Fingerprint() {}

  /** Hexadecimal SHA-256 of its DER. */
  public static String of(X509Certificate certificate) {
    try {
      return of(certificate.getEncoded());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("a certificate that was read can be encoded", e);
    }
  }

  /** Hexadecimal SHA-256 of this DER. */
  public static String of(byte[] der) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(der));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}

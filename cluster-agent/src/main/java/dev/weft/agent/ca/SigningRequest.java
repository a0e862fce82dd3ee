package dev.weft.agent.ca;

import dev.weft.policy.identity.SpiffeId;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;

/**
 * Reads a PKCS#10 request. Only its key and its one URI name are taken from it; subject and other
 * extensions never reach a certificate. Pure.
 */
public sealed interface SigningRequest {

  /** In bytes of DER. */
  int LARGEST = 16 * 1024;

  /** Its signature is right, its key strong enough, its one name a SPIFFE id of Weft's form. */
  record Valid(SpiffeId id, PublicKey key) implements SigningRequest {}

  /** Not a request to sign, with the reason. */
  record Invalid(String reason) implements SigningRequest {}

  /** Reads DER. */
  static SigningRequest parse(byte[] der) {
    if (der.length == 0 || der.length > LARGEST) {
      return new Invalid("csr: expected 1 to " + LARGEST + " bytes, found " + der.length);
    }
    try {
      JcaPKCS10CertificationRequest csr = new JcaPKCS10CertificationRequest(der);
      PublicKey key = csr.getPublicKey();
      String weakness = weakness(key);
      if (!weakness.isEmpty()) {
        return new Invalid("csr: " + weakness);
      }
      if (!csr.isSignatureValid(new JcaContentVerifierProviderBuilder().build(key))) {
        return new Invalid("csr: its signature is not made with its key");
      }
      return named(csr, key);
    } catch (IOException
        | GeneralSecurityException
        | OperatorCreationException
        | PKCSException
        | RuntimeException e) {
      // The parsers throw many kinds of RuntimeException at bytes that are no request.
      return new Invalid("csr: not a PKCS#10 request: " + e.getMessage());
    }
  }

  private static SigningRequest named(JcaPKCS10CertificationRequest csr, PublicKey key) {
    Extensions extensions = csr.getRequestedExtensions();
    Extension names =
        extensions == null ? null : extensions.getExtension(Extension.subjectAlternativeName);
    if (names == null) {
      return new Invalid("csr: expected one URI as subject alternative name, found none");
    }
    GeneralName[] all = GeneralNames.getInstance(names.getParsedValue()).getNames();
    if (all.length != 1 || all[0].getTagNo() != GeneralName.uniformResourceIdentifier) {
      return new Invalid(
          "csr: expected one URI as subject alternative name, found " + all.length + " names");
    }
    try {
      return new Valid(SpiffeId.parse(all[0].getName().toString()), key);
    } catch (IllegalArgumentException e) {
      return new Invalid("csr: " + e.getMessage());
    }
  }

  private static String weakness(PublicKey key) {
    return switch (key) {
      case ECPublicKey ec -> {
        int bits = ec.getParams().getCurve().getField().getFieldSize();
        yield bits == 256 || bits == 384
            ? ""
            : "expected P-256 or P-384, found an EC key of " + bits + " bits";
      }
      case RSAPublicKey rsa -> {
        int bits = rsa.getModulus().bitLength();
        yield bits >= 2048 && bits <= 8192
            ? ""
            : "expected 2048 to 8192 bits, found an RSA key of " + bits;
      }
      default -> "expected an EC or RSA key, found " + key.getAlgorithm();
    };
  }
}

package dev.weft.agent.ca;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;

/** Root and intermediate with their keys. Immutable. */
record Authority(Issuer root, Issuer intermediate) {

  /** A certificate that signs, and its key. */
  record Issuer(X509Certificate certificate, PrivateKey key) {

    /** Hides the key. */
    @Override
    public String toString() {
      return "Issuer[" + certificate.getSubjectX500Principal() + "]";
    }

    boolean matches() throws GeneralSecurityException {
      PublicKey pub = certificate.getPublicKey();
      byte[] probe = {1, 2, 3};
      Signature sign = Signature.getInstance("SHA256withECDSA");
      sign.initSign(key);
      sign.update(probe);
      byte[] signature = sign.sign();
      sign.initVerify(pub);
      sign.update(probe);
      return sign.verify(signature);
    }
  }
}

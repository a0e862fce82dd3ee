package dev.weft.proxy.tls;

import dev.weft.policy.identity.SpiffeId;
import dev.weft.proxy.bootstrap.DataDirectory;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;

/**
 * A certificate for the run that an AOT cache is made from, by an authority that is forgotten at
 * once: nobody else trusts it.
 */
public final class TrainingIdentity {
  private static final X500Name ROOT = new X500Name("CN=weft training");

  private TrainingIdentity() {}

  /** Writes an identity as if it had been enrolled; returns the authority's certificate as PEM. */
  public static String write(DataDirectory directory, SpiffeId id, Instant now, SecureRandom random)
      throws IOException {
    try {
      KeyPair rootKey = CertificateRequest.newKey(random);
      X509Certificate root = sign(rootKey, rootKey.getPublic(), ROOT, now, null);
      KeyPair key = CertificateRequest.newKey(random);
      X509Certificate leaf = sign(rootKey, key.getPublic(), new X500Name("CN=weft"), now, id);
      new IdentityFiles(directory)
          .save(new TlsMaterial(key.getPrivate(), List.of(leaf), List.of(root)));
      return Pem.write(List.of(new Pem.Block("CERTIFICATE", root.getEncoded())));
    } catch (GeneralSecurityException | OperatorCreationException e) {
      throw new IOException("cannot make a certificate", e);
    }
  }

  private static X509Certificate sign(
      KeyPair issuer, PublicKey key, X500Name subject, Instant now, @Nullable SpiffeId id)
      throws IOException, OperatorCreationException {
    JcaX509v3CertificateBuilder builder =
        new JcaX509v3CertificateBuilder(
            ROOT,
            id == null ? BigInteger.ONE : BigInteger.TWO,
            Date.from(now.minusSeconds(60)),
            Date.from(now.plus(Duration.ofMinutes(10))),
            subject,
            key);
    builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(id == null));
    builder.addExtension(
        Extension.keyUsage,
        true,
        new KeyUsage(id == null ? KeyUsage.keyCertSign : KeyUsage.digitalSignature));
    if (id != null) {
      builder.addExtension(
          Extension.subjectAlternativeName,
          false,
          new GeneralNames(new GeneralName(GeneralName.uniformResourceIdentifier, id.uri())));
    }
    byte[] der =
        builder
            .build(new JcaContentSignerBuilder("SHA256withECDSA").build(issuer.getPrivate()))
            .getEncoded();
    return Certificates.fromDer(der);
  }
}

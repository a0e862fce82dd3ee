package dev.weft.proxy.tls;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * An authority with limits of its own, or one that is none: whatever a certificate and its key
 * sign.
 *
 * @param key the certificate's
 */
public record TestAuthority(X509Certificate certificate, PrivateKey key) {
  private static final AtomicLong SERIAL = new AtomicLong(1 << 20);
  private static final ASN1ObjectIdentifier UNKNOWN =
      new ASN1ObjectIdentifier("1.3.6.1.4.1.32473.1");

  /** An extension of a certificate. */
  public record More(ASN1ObjectIdentifier type, boolean critical, ASN1Encodable value) {}

  /** What makes an authority; below zero: its path has no limit. */
  static List<More> authority(int pathLength) {
    BasicConstraints ca =
        pathLength < 0 ? new BasicConstraints(true) : new BasicConstraints(pathLength);
    return List.of(
        new More(Extension.basicConstraints, true, ca),
        new More(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign)));
  }

  /** What makes a workload of this SPIFFE id. */
  public static List<More> workload(String id) {
    GeneralName uri = new GeneralName(GeneralName.uniformResourceIdentifier, id);
    return List.of(
        new More(Extension.basicConstraints, true, new BasicConstraints(false)),
        new More(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature)),
        new More(Extension.subjectAlternativeName, false, new GeneralNames(uri)));
  }

  /** Nobody understands it. */
  public static More unknown(boolean critical) {
    return new More(UNKNOWN, critical, DERNull.INSTANCE);
  }

  /** URI names below it are of this host. */
  static More names(String host) {
    GeneralName name = new GeneralName(GeneralName.uniformResourceIdentifier, host);
    GeneralSubtree[] permitted = {new GeneralSubtree(name)};
    return new More(Extension.nameConstraints, true, new NameConstraints(permitted, null));
  }

  /** A root, in force for these many hours from an hour ago. */
  static TestAuthority root(String name, KeyPair key, int hours, List<More> extensions) {
    Instant from = Instant.now().minus(Duration.ofHours(1));
    return new TestAuthority(
        make(name, name, key.getPrivate(), key.getPublic(), from, hours, extensions, "SHA256"),
        key.getPrivate());
  }

  /** Signs an authority. */
  TestAuthority authority(String name, String digest, List<More> extensions) {
    KeyPair own = TestPki.newKey();
    return new TestAuthority(sign(name, own.getPublic(), digest, extensions), own.getPrivate());
  }

  /** Signs a workload; the chain is it and these. */
  public TlsMaterial workload(List<More> extensions, X509Certificate... above) {
    KeyPair own = TestPki.newKey();
    List<X509Certificate> chain = new ArrayList<>();
    chain.add(sign("CN=workload", own.getPublic(), "SHA256", extensions));
    chain.addAll(List.of(above));
    return new TlsMaterial(own.getPrivate(), chain, List.of());
  }

  private X509Certificate sign(String name, PublicKey of, String digest, List<More> extensions) {
    Instant from = Instant.now().minus(Duration.ofMinutes(1));
    String issuer = certificate.getSubjectX500Principal().getName();
    return make(name, issuer, key, of, from, 1, extensions, digest);
  }

  private static X509Certificate make(
      String subject,
      String issuer,
      PrivateKey signer,
      PublicKey of,
      Instant from,
      int hours,
      List<More> extensions,
      String digest) {
    try {
      JcaX509v3CertificateBuilder builder =
          new JcaX509v3CertificateBuilder(
              new X500Name(issuer),
              BigInteger.valueOf(SERIAL.getAndIncrement()),
              Date.from(from),
              Date.from(from.plus(Duration.ofHours(hours))),
              new X500Name(subject),
              of);
      for (More one : extensions) {
        builder.addExtension(one.type(), one.critical(), one.value());
      }
      return new JcaX509CertificateConverter()
          .getCertificate(
              builder.build(new JcaContentSignerBuilder(digest + "withECDSA").build(signer)));
    } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
      throw new IllegalStateException(e);
    }
  }
}

package dev.weft.agent.ca;

import dev.weft.agent.model.Fingerprint;
import dev.weft.policy.identity.SpiffeId;
import dev.weft.policy.identity.TrustDomain;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AuthorityKeyIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * The three kinds of certificate there are (SPIFFE X.509-SVID sections 3 and 4). Pure but for the
 * random serial numbers.
 */
final class CertificateTemplates {
  private static final int SERIAL_BITS = 127;

  private final TrustDomain trustDomain;
  private final SecureRandom random;

  CertificateTemplates(TrustDomain trustDomain, SecureRandom random) {
    this.trustDomain = trustDomain;
    this.random = random;
  }

  /** A fresh P-256 key. */
  KeyPair newKey() throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"), random);
    return generator.generateKeyPair();
  }

  X509Certificate root(KeyPair key, Instant notBefore, Instant notAfter)
      throws GeneralSecurityException {
    // Two roots of one trust domain stand beside each other in a rotation: each has its own name.
    String generation = Fingerprint.of(key.getPublic().getEncoded()).substring(0, 8);
    X500Name name =
        new X500Name("O=Weft,CN=" + shortened(trustDomain.name()) + " root " + generation);
    AuthorityKeyIdentifier own =
        new JcaX509ExtensionUtils().createAuthorityKeyIdentifier(key.getPublic());
    return authority(name, name, key.getPublic(), own, key.getPrivate(), -1, notBefore, notAfter);
  }

  X509Certificate intermediate(
      X509Certificate root, PrivateKey rootKey, PublicKey key, Instant notBefore, Instant notAfter)
      throws GeneralSecurityException {
    X500Name subject = new X500Name("O=Weft,CN=" + shortened(trustDomain.name()) + " intermediate");
    // By its own identifier: an operator's root may have one that is made in another way.
    AuthorityKeyIdentifier issuer = new JcaX509ExtensionUtils().createAuthorityKeyIdentifier(root);
    return authority(subject, subjectOf(root), key, issuer, rootKey, 0, notBefore, notAfter);
  }

  X509Certificate workload(
      X509Certificate issuer,
      PrivateKey issuerKey,
      PublicKey key,
      SpiffeId id,
      Instant notBefore,
      Instant notAfter)
      throws GeneralSecurityException {
    try {
      JcaX509ExtensionUtils extensions = new JcaX509ExtensionUtils();
      X509v3CertificateBuilder builder =
          builder(subjectOf(issuer), new X500Name("O=Weft"), key, notBefore, notAfter)
              .addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
              .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature))
              .addExtension(
                  Extension.extendedKeyUsage,
                  false,
                  new ExtendedKeyUsage(
                      new KeyPurposeId[] {
                        KeyPurposeId.id_kp_clientAuth, KeyPurposeId.id_kp_serverAuth
                      }))
              .addExtension(Extension.subjectAlternativeName, false, uri(id.uri()))
              .addExtension(
                  Extension.authorityKeyIdentifier,
                  false,
                  extensions.createAuthorityKeyIdentifier(issuer))
              .addExtension(
                  Extension.subjectKeyIdentifier,
                  false,
                  extensions.createSubjectKeyIdentifier(key));
      return signed(builder, issuerKey);
    } catch (IOException e) {
      throw new GeneralSecurityException("an extension could not be encoded", e);
    }
  }

  private X509Certificate authority(
      X500Name subject,
      X500Name issuer,
      PublicKey key,
      AuthorityKeyIdentifier issuerKeyId,
      PrivateKey issuerKey,
      int pathLength,
      Instant notBefore,
      Instant notAfter)
      throws GeneralSecurityException {
    try {
      JcaX509ExtensionUtils extensions = new JcaX509ExtensionUtils();
      X509v3CertificateBuilder builder =
          builder(issuer, subject, key, notBefore, notAfter)
              .addExtension(
                  Extension.basicConstraints,
                  true,
                  pathLength < 0 ? new BasicConstraints(true) : new BasicConstraints(pathLength))
              .addExtension(
                  Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign))
              .addExtension(
                  Extension.subjectAlternativeName, false, uri("spiffe://" + trustDomain.name()))
              .addExtension(Extension.authorityKeyIdentifier, false, issuerKeyId)
              .addExtension(
                  Extension.subjectKeyIdentifier,
                  false,
                  extensions.createSubjectKeyIdentifier(key));
      return signed(builder, issuerKey);
    } catch (IOException e) {
      throw new GeneralSecurityException("an extension could not be encoded", e);
    }
  }

  private X509v3CertificateBuilder builder(
      X500Name issuer, X500Name subject, PublicKey key, Instant notBefore, Instant notAfter) {
    BigInteger serial = new BigInteger(SERIAL_BITS, random).setBit(SERIAL_BITS - 1);
    return new JcaX509v3CertificateBuilder(
        issuer, serial, Date.from(notBefore), Date.from(notAfter), subject, key);
  }

  private static X509Certificate signed(X509v3CertificateBuilder builder, PrivateKey key)
      throws GeneralSecurityException {
    try {
      return new JcaX509CertificateConverter()
          .getCertificate(
              builder.build(new JcaContentSignerBuilder(Authority.algorithm(key)).build(key)));
    } catch (OperatorCreationException e) {
      throw new GeneralSecurityException("the key cannot sign", e);
    }
  }

  private static X500Name subjectOf(X509Certificate certificate) {
    return X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded());
  }

  private static GeneralNames uri(String uri) {
    return new GeneralNames(new GeneralName(GeneralName.uniformResourceIdentifier, uri));
  }

  /** A common name has at most 64 characters (RFC 5280 appendix A.1, ub-common-name). */
  private static String shortened(String name) {
    return name.length() <= 48 ? name : name.substring(0, 48);
  }
}

package dev.weft.agent.ca;

import dev.weft.agent.ca.Authority.Issuer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.time.Instant;
import java.util.Date;
import java.util.Set;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.CRLNumber;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.cert.X509v2CRLBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CRLConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** How a revocation list is made (RFC 5280 section 5). Stateless. */
final class RevocationListTemplate {
  private RevocationListTemplate() {}

  /**
   * A list in force from a little before now to its issuer's end: an agent that is away must not
   * turn everybody away by a list that nobody renews.
   */
  static X509CRL sign(Issuer issuer, Set<BigInteger> serials, Instant now)
      throws GeneralSecurityException {
    Date since = Date.from(now.minus(AuthorityLines.BACKDATE));
    X509v2CRLBuilder builder =
        new X509v2CRLBuilder(
            X500Name.getInstance(issuer.certificate().getSubjectX500Principal().getEncoded()),
            since);
    builder.setNextUpdate(issuer.certificate().getNotAfter());
    serials.stream()
        .sorted()
        .forEach(serial -> builder.addCRLEntry(serial, since, CRLReason.unspecified));
    try {
      builder.addExtension(
          Extension.authorityKeyIdentifier,
          false,
          new JcaX509ExtensionUtils()
              .createAuthorityKeyIdentifier(issuer.certificate().getPublicKey()));
      builder.addExtension(
          Extension.cRLNumber, false, new CRLNumber(BigInteger.valueOf(now.toEpochMilli())));
      return new JcaX509CRLConverter()
          .getCRL(
              builder.build(
                  new JcaContentSignerBuilder(Authority.algorithm(issuer.key()))
                      .build(issuer.key())));
    } catch (IOException | OperatorCreationException e) {
      throw new GeneralSecurityException("a revocation list could not be made", e);
    }
  }

  static X509CRL read(byte[] der) throws GeneralSecurityException {
    return (X509CRL)
        CertificateFactory.getInstance("X.509").generateCRL(new ByteArrayInputStream(der));
  }
}

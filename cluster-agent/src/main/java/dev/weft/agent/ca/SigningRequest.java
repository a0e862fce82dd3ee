package dev.weft.agent.ca;

import dev.weft.policy.identity.SpiffeId;
import dev.weft.policy.svid.Keys;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.util.Arrays;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.pkcs.Attribute;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.operator.DefaultSignatureNameFinder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;

/**
 * Reads a PKCS#10 request. Only its key and its one URI name are taken from it; its subject is not
 * looked at and never reaches a certificate, and a request for anything more than the name is
 * refused rather than cut short. Pure.
 */
public sealed interface SigningRequest {

  /** In bytes of DER. */
  int LARGEST = 16 * 1024;

  /** Its signature is right, its key strong enough, its one name a SPIFFE id of Weft's form. */
  record Valid(SpiffeId id, PublicKey key) implements SigningRequest {}

  /**
   * Not a request to sign.
   *
   * @param detail for whoever asked
   */
  record Invalid(SigningRefusal reason, String detail) implements SigningRequest {}

  /** Reads DER. */
  static SigningRequest parse(byte[] der) {
    if (der.length == 0 || der.length > LARGEST) {
      return invalid(
          SigningRefusal.CSR_SIZE, "expected 1 to " + LARGEST + " bytes, found " + der.length);
    }
    try {
      JcaPKCS10CertificationRequest csr = new JcaPKCS10CertificationRequest(der);
      PublicKey key = csr.getPublicKey();
      String weakness = Keys.weaknessForSigning(key);
      if (!weakness.isEmpty()) {
        return invalid(SigningRefusal.CSR_KEY, weakness);
      }
      String algorithm =
          new DefaultSignatureNameFinder().getAlgorithmName(csr.getSignatureAlgorithm());
      if (Keys.weakDigest(algorithm)) {
        return invalid(SigningRefusal.CSR_SIGNATURE, "signed with " + algorithm);
      }
      if (!csr.isSignatureValid(new JcaContentVerifierProviderBuilder().build(key))) {
        return invalid(SigningRefusal.CSR_SIGNATURE, "its signature is not made with its key");
      }
      return named(csr, key);
    } catch (IOException
        | GeneralSecurityException
        | OperatorCreationException
        | PKCSException
        | RuntimeException e) {
      // The parsers throw many kinds of RuntimeException at bytes that are no request, and some of
      // these name their own classes.
      String why = String.valueOf(e.getMessage());
      return invalid(
          SigningRefusal.CSR_MALFORMED,
          "not a PKCS#10 request" + (why.contains("class ") ? "" : ": " + why));
    }
  }

  private static SigningRequest named(JcaPKCS10CertificationRequest csr, PublicKey key) {
    Attribute[] attributes = csr.getAttributes();
    for (Attribute attribute : attributes) {
      if (!attribute.getAttrType().equals(PKCSObjectIdentifiers.pkcs_9_at_extensionRequest)) {
        return invalid(
            SigningRefusal.CSR_ATTRIBUTES, "an attribute of type " + attribute.getAttrType());
      }
    }
    if (attributes.length > 1
        || (attributes.length == 1 && attributes[0].getAttrValues().size() != 1)) {
      return invalid(SigningRefusal.CSR_ATTRIBUTES, "extensions are asked for more than once");
    }
    if (attributes.length == 0) {
      return invalid(
          SigningRefusal.CSR_NAMES, "expected one URI as subject alternative name, found none");
    }
    // Throws where one extension is there twice.
    Extensions extensions = Extensions.getInstance(attributes[0].getAttributeValues()[0]);
    ASN1ObjectIdentifier[] asked = extensions.getExtensionOIDs();
    for (ASN1ObjectIdentifier oid : asked) {
      if (!oid.equals(Extension.subjectAlternativeName)) {
        return invalid(
            SigningRefusal.CSR_EXTENSIONS,
            "asks for extension " + oid + "; only a subject alternative name may be asked for");
      }
    }
    Extension names = extensions.getExtension(Extension.subjectAlternativeName);
    GeneralName[] all =
        names == null
            ? new GeneralName[0]
            : GeneralNames.getInstance(names.getParsedValue()).getNames();
    if (all.length != 1
        || Arrays.stream(all)
            .anyMatch(name -> name.getTagNo() != GeneralName.uniformResourceIdentifier)) {
      return invalid(
          SigningRefusal.CSR_NAMES,
          "expected one URI as subject alternative name, found " + all.length + " names");
    }
    try {
      return new Valid(SpiffeId.parse(all[0].getName().toString()), key);
    } catch (IllegalArgumentException e) {
      return invalid(SigningRefusal.CSR_IDENTITY, String.valueOf(e.getMessage()));
    }
  }

  private static Invalid invalid(SigningRefusal reason, String detail) {
    return new Invalid(reason, "csr: " + detail);
  }
}

package dev.weft.proxy.tls;

import dev.weft.proxy.config.TrustContext;
import dev.weft.secrets.PlantedSecrets;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509v2CRLBuilder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * A trust domain with a root and an intermediate that signs whatever a test asks for, right or
 * wrong. Immutable but for serials.
 */
public final class TestPki {
  private static final AtomicLong SERIAL = new AtomicLong(1);

  private final String trustDomain;
  private final KeyPair rootKey = newKey();
  private final X509Certificate root;
  private final KeyPair intermediateKey = newKey();
  private final X509Certificate intermediate;

  private TestPki(String trustDomain) {
    this.trustDomain = trustDomain;
    String name = "CN=" + trustDomain;
    Instant now = Instant.now();
    this.root =
        sign(
            name + " root",
            name + " root",
            rootKey,
            rootKey.getPublic(),
            List.of("spiffe://" + trustDomain),
            Leaf.ca(now));
    this.intermediate =
        sign(
            name + " intermediate",
            name + " root",
            rootKey,
            intermediateKey.getPublic(),
            List.of("spiffe://" + trustDomain),
            Leaf.ca(now));
  }

  /**
   * An authority of a trust domain, for instance {@code east.demo}. Two of one name are two
   * authorities.
   */
  public static TestPki of(String trustDomain) {
    return new TestPki(trustDomain);
  }

  /**
   * What to put into a certificate beside its names.
   *
   * @param authority whether it is a CA
   */
  public record Leaf(Instant notBefore, Instant notAfter, boolean authority, int keyUsage) {
    /** An ordinary one, from a minute ago for an hour. */
    public static Leaf ordinary(Instant now) {
      return new Leaf(
          now.minus(Duration.ofMinutes(1)),
          now.plus(Duration.ofHours(1)),
          false,
          KeyUsage.digitalSignature);
    }

    static Leaf ca(Instant now) {
      return new Leaf(
          now.minus(Duration.ofDays(400)),
          now.plus(Duration.ofDays(400)),
          true,
          KeyUsage.keyCertSign | KeyUsage.cRLSign);
    }
  }

  /** The certificate of a workload. */
  public TlsMaterial svid(String namespace, String serviceAccount) {
    return issue(
        Leaf.ordinary(Instant.now()),
        "spiffe://" + trustDomain + "/ns/" + namespace + "/sa/" + serviceAccount);
  }

  /** A certificate with these URI names, as asked for. */
  public TlsMaterial issue(Leaf leaf, String... uris) {
    KeyPair key = newKey();
    return new TlsMaterial(key.getPrivate(), sign(key.getPublic(), leaf, uris), List.of(root));
  }

  /** The same for this key. */
  public TlsMaterial issue(KeyPair key, Leaf leaf, String... uris) {
    return new TlsMaterial(key.getPrivate(), sign(key.getPublic(), leaf, uris), List.of(root));
  }

  /** A workload's certificate that is signed with this algorithm, for instance with SHA-1. */
  public TlsMaterial issueSigned(String algorithm, Leaf leaf, String uri) {
    KeyPair key = newKey();
    X509Certificate certificate =
        sign(
            "CN=workload",
            "CN=" + trustDomain + " intermediate",
            intermediateKey,
            key.getPublic(),
            List.of(uri),
            leaf,
            algorithm);
    return new TlsMaterial(key.getPrivate(), List.of(certificate, intermediate), List.of(root));
  }

  /** A chain for somebody else's key. */
  public List<X509Certificate> sign(PublicKey key, Leaf leaf, String... uris) {
    X509Certificate certificate =
        sign(
            "CN=workload",
            "CN=" + trustDomain + " intermediate",
            intermediateKey,
            key,
            List.of(uris),
            leaf);
    return List.of(certificate, intermediate);
  }

  /** The intermediate with its key. */
  public TestAuthority issuer() {
    return new TestAuthority(intermediate, intermediateKey.getPrivate());
  }

  /** The root. */
  public X509Certificate root() {
    return root;
  }

  /** The root as PEM. */
  public String bundlePem() {
    try {
      String body =
          Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
              .encodeToString(root.getEncoded());
      return "-----BEGIN CERTIFICATE-----\n" + body + "\n-----END CERTIFICATE-----\n";
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The root with the root's own empty list, as PEM: nobody knows about the intermediate's. */
  public String bundlePemWithoutNews() {
    return bundlePem()
        + listPem(list(" root", rootKey, List.of(), Instant.now().plus(Duration.ofDays(1))));
  }

  /** The root with lists of the root and of the intermediate, as PEM. */
  public String bundlePemRevoking(X509Certificate... revoked) {
    Instant tomorrow = Instant.now().plus(Duration.ofDays(1));
    return bundlePemWithoutNews()
        + listPem(list(" intermediate", intermediateKey, List.of(revoked), tomorrow));
  }

  private static String listPem(byte[] der) {
    String body =
        Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII)).encodeToString(der);
    return "-----BEGIN X509 CRL-----\n" + body + "\n-----END X509 CRL-----\n";
  }

  /** Trust in several domains, each by its own root. */
  public static TrustContext trust(TestPki... domains) {
    Map<String, List<byte[]>> bundles = new HashMap<>();
    for (TestPki domain : domains) {
      try {
        bundles.put(domain.trustDomain, List.of(domain.root.getEncoded()));
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException(e);
      }
    }
    return new TrustContext(bundles);
  }

  /** Trust that looks at revocation, with lists of the root and of the intermediate. */
  public TrustContext trustRevoking(X509Certificate... revoked) {
    return new TrustContext(
        trust(this).bundles(),
        Map.of(
            trustDomain,
            List.of(
                list(" root", rootKey, List.of(), Instant.now().plus(Duration.ofDays(1))),
                list(
                    " intermediate",
                    intermediateKey,
                    List.of(revoked),
                    Instant.now().plus(Duration.ofDays(1))))));
  }

  /** The same, but the list of the intermediate is over. */
  public TrustContext trustWithoutNews() {
    return new TrustContext(
        trust(this).bundles(),
        Map.of(
            trustDomain,
            List.of(
                list(" root", rootKey, List.of(), Instant.now().plus(Duration.ofDays(1))),
                list(
                    " intermediate",
                    intermediateKey,
                    List.of(),
                    Instant.now().minus(Duration.ofMinutes(1))))));
  }

  private byte[] list(String issuer, KeyPair key, List<X509Certificate> revoked, Instant until) {
    try {
      Date since = Date.from(Instant.now().minus(Duration.ofMinutes(2)));
      X509v2CRLBuilder builder =
          new X509v2CRLBuilder(new X500Name("CN=" + trustDomain + issuer), since);
      builder.setNextUpdate(Date.from(until));
      revoked.forEach(one -> builder.addCRLEntry(one.getSerialNumber(), since, 0));
      return builder
          .build(new JcaContentSignerBuilder("SHA256withECDSA").build(key.getPrivate()))
          .getEncoded();
    } catch (OperatorCreationException | IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** An EC P-256 key pair. */
  public static KeyPair newKey() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      KeyPair key = generator.generateKeyPair();
      PlantedSecrets.plant(key.getPrivate());
      return key;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A URI, or what {@code dns:}, {@code ip:} or {@code email:} say. */
  private static GeneralName name(String text) {
    if (text.startsWith("dns:")) {
      return new GeneralName(GeneralName.dNSName, text.substring(4));
    }
    if (text.startsWith("ip:")) {
      return new GeneralName(GeneralName.iPAddress, text.substring(3));
    }
    if (text.startsWith("email:")) {
      return new GeneralName(GeneralName.rfc822Name, text.substring(6));
    }
    return new GeneralName(GeneralName.uniformResourceIdentifier, text);
  }

  private static X509Certificate sign(
      String subject,
      String issuer,
      KeyPair issuerKey,
      PublicKey key,
      List<String> uris,
      Leaf leaf) {
    return sign(subject, issuer, issuerKey, key, uris, leaf, "SHA256withECDSA");
  }

  private static X509Certificate sign(
      String subject,
      String issuer,
      KeyPair issuerKey,
      PublicKey key,
      List<String> uris,
      Leaf leaf,
      String algorithm) {
    try {
      JcaX509v3CertificateBuilder builder =
          new JcaX509v3CertificateBuilder(
              new X500Name(issuer),
              BigInteger.valueOf(SERIAL.getAndIncrement()),
              Date.from(leaf.notBefore()),
              Date.from(leaf.notAfter()),
              new X500Name(subject),
              key);
      builder.addExtension(
          Extension.basicConstraints, true, new BasicConstraints(leaf.authority()));
      builder.addExtension(Extension.keyUsage, true, new KeyUsage(leaf.keyUsage()));
      if (!leaf.authority()) {
        builder.addExtension(
            Extension.extendedKeyUsage,
            false,
            new ExtendedKeyUsage(
                new KeyPurposeId[] {KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth}));
      }
      if (!uris.isEmpty()) {
        List<GeneralName> names = new ArrayList<>();
        uris.forEach(uri -> names.add(name(uri)));
        builder.addExtension(
            Extension.subjectAlternativeName,
            false,
            new GeneralNames(names.toArray(new GeneralName[0])));
      }
      byte[] der =
          builder
              .build(new JcaContentSignerBuilder(algorithm).build(issuerKey.getPrivate()))
              .getEncoded();
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(der));
    } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
      throw new IllegalStateException(e);
    }
  }
}

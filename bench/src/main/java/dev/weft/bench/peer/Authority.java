package dev.weft.bench.peer;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
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
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;

/** Signs the identities of a run, P-256 as the agent does; its key is nowhere but here. */
public final class Authority {
  private static final X500Name ISSUER = new X500Name("CN=weft bench");
  private static final Duration VALID = Duration.ofDays(7);
  private static final Base64.Encoder LINES =
      Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII));

  private final SecureRandom random;
  private final InstantSource clock;
  private final KeyPair key;
  private final String root;
  private final TokenIssuer tokens = new TokenIssuer();

  /** Makes a key. */
  public Authority(SecureRandom random, InstantSource clock) throws IOException {
    this.random = random;
    this.clock = clock;
    this.key = newKey();
    this.root = certificate(key.getPublic(), ISSUER, "", "");
  }

  /** Its own certificate, PEM. */
  public String root() {
    return root;
  }

  /** Who signs the tokens of requests. */
  public TokenIssuer tokens() {
    return tokens;
  }

  /**
   * An identity.
   *
   * @param certificate PEM
   * @param key PKCS #8, PEM
   */
  public record Svid(String certificate, String key) {}

  /** An identity of {@code east.demo} in the default namespace. */
  public Svid svid(String account) throws IOException {
    return svid(account, "");
  }

  /** The agent's. */
  public Svid agent() throws IOException {
    KeyPair own = newKey();
    return new Svid(
        certificate(
            own.getPublic(),
            new X500Name("CN=agent"),
            "spiffe://east.demo/ns/weft-system/sa/agent",
            "agent.east.demo"),
        pem("PRIVATE KEY", own.getPrivate().getEncoded()));
  }

  /** The same with a DNS name, for proxies that know no other. */
  Svid svid(String account, String dns) throws IOException {
    KeyPair own = newKey();
    return new Svid(
        certificate(own.getPublic(), new X500Name("CN=" + account), uri(account), dns),
        pem("PRIVATE KEY", own.getPrivate().getEncoded()));
  }

  /**
   * What a node asks for, signed as it is.
   *
   * @param csr PKCS #10, DER, with one URI
   * @return PEM
   */
  public String sign(byte[] csr) throws IOException {
    try {
      JcaPKCS10CertificationRequest request = new JcaPKCS10CertificationRequest(csr);
      String uri =
          GeneralNames.fromExtensions(
                  request.getRequestedExtensions(), Extension.subjectAlternativeName)
              .getNames()[0]
              .getName()
              .toString();
      return certificate(request.getPublicKey(), new X500Name("CN=node"), uri, "");
    } catch (GeneralSecurityException e) {
      throw new IOException(e);
    }
  }

  static String uri(String account) {
    return "spiffe://east.demo/ns/default/sa/" + account;
  }

  private KeyPair newKey() throws IOException {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"), random);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IOException(e);
    }
  }

  private String certificate(PublicKey subject, X500Name name, String uri, String dns)
      throws IOException {
    boolean root = uri.isEmpty();
    JcaX509v3CertificateBuilder builder =
        new JcaX509v3CertificateBuilder(
            ISSUER,
            new BigInteger(64, random).add(BigInteger.ONE),
            Date.from(clock.instant().minusSeconds(60)),
            Date.from(clock.instant().plus(VALID)),
            name,
            subject);
    builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(root));
    builder.addExtension(
        Extension.keyUsage,
        true,
        new KeyUsage(root ? KeyUsage.keyCertSign : KeyUsage.digitalSignature));
    if (!root) {
      List<GeneralName> names = new ArrayList<>();
      names.add(new GeneralName(GeneralName.uniformResourceIdentifier, uri));
      if (!dns.isEmpty()) {
        names.add(new GeneralName(GeneralName.dNSName, dns));
      }
      builder.addExtension(
          Extension.subjectAlternativeName,
          false,
          new GeneralNames(names.toArray(GeneralName[]::new)));
    }
    try {
      return pem(
          "CERTIFICATE",
          builder
              .build(new JcaContentSignerBuilder("SHA256withECDSA").build(key.getPrivate()))
              .getEncoded());
    } catch (OperatorCreationException e) {
      throw new IOException(e);
    }
  }

  private static String pem(String label, byte[] der) {
    return "-----BEGIN "
        + label
        + "-----\n"
        + LINES.encodeToString(der)
        + "\n-----END "
        + label
        + "-----\n";
  }
}

package dev.weft.agent.ca;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.policy.identity.SpiffeId;
import dev.weft.policy.identity.TrustDomain;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.Map;
import java.util.Optional;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an operator may bring, and how each mistake is told. */
class ProvidedAuthorityTest {
  private static final TrustDomain EAST = new TrustDomain("east.demo");
  private static final SpiffeId PAYMENTS =
      SpiffeId.parse("spiffe://east.demo/ns/default/sa/payments");
  private static final Duration YEAR = Duration.ofDays(365);

  @TempDir Path directory;
  private final Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private final CertificateTemplates templates = new CertificateTemplates(EAST, new SecureRandom());

  @Test
  void aRootIsUsedForTheFirstAuthority() throws Exception {
    for (KeyPair key : new KeyPair[] {templates.newKey(), rsa(2048)}) {
      X509Certificate root = templates.root(key, now, now.plus(YEAR));
      Path files = Files.createTempDirectory(directory, "root");
      ProvidedAuthority.Sources sources = files(files, key.getPrivate(), null, root);
      CertificateAuthority authority = open(files.resolve("ca"), sources);
      assertThat(authority.roots()).containsExactly(root);
      assertSigns(authority, root);
    }
  }

  @Test
  void anIntermediateSignsWithoutItsRootsKey() throws Exception {
    KeyPair rootKey = templates.newKey();
    X509Certificate root = templates.root(rootKey, now, now.plus(YEAR));
    KeyPair key = templates.newKey();
    X509Certificate signing =
        templates.intermediate(
            root, rootKey.getPrivate(), key.getPublic(), now, now.plus(Duration.ofDays(90)));
    ProvidedAuthority.Sources sources = files(directory, key.getPrivate(), root, signing);
    CertificateAuthority authority = open(directory.resolve("ca"), sources);
    assertSigns(authority, root);
    assertThatThrownBy(authority::rotateIntermediate).hasMessageContaining("root's key");
    // It is read again from what was stored, without the files.
    Files.delete(sources.key());
    assertSigns(open(directory.resolve("ca"), sources), root);
  }

  @Test
  void aNextOneIsRotatedTo() throws Exception {
    KeyPair key = templates.newKey();
    X509Certificate root = templates.root(key, now, now.plus(YEAR));
    ProvidedAuthority next = read(files(directory, key.getPrivate(), null, root));
    CertificateAuthority authority =
        CertificateAuthority.open(directory.resolve("ca"), EAST, () -> now, new SecureRandom());
    authority.beginRotation(Optional.of(next));
    authority.signWithNext();
    assertSigns(authority, root);
  }

  @Test
  void everyMistakeIsToldWithItsFile() throws Exception {
    KeyPair key = templates.newKey();
    X509Certificate root = templates.root(key, now, now.plus(YEAR));
    assertRefused("key.pem", "not the key of", templates.newKey().getPrivate(), null, root);
    X509Certificate workload =
        templates.workload(
            root, key.getPrivate(), key.getPublic(), PAYMENTS, now, now.plus(Duration.ofDays(90)));
    assertRefused("certificate.pem", "not a CA", key.getPrivate(), root, workload);
    assertRefused(
        "certificate.pem",
        "before what it would sign",
        key.getPrivate(),
        null,
        templates.root(key, now, now.plus(Duration.ofHours(2))));
    assertRefused(
        "certificate.pem",
        "not valid yet",
        key.getPrivate(),
        null,
        templates.root(key, now.plusSeconds(60), now.plus(YEAR)));
    assertRefused(
        "certificate.pem",
        "not for spiffe://east.demo",
        key.getPrivate(),
        null,
        new CertificateTemplates(new TrustDomain("west.demo"), new SecureRandom())
            .root(key, now, now.plus(YEAR)));
    KeyPair weak = rsa(1024);
    assertRefused(
        "certificate.pem",
        "too weak",
        weak.getPrivate(),
        null,
        templates.root(weak, now, now.plus(YEAR)));
    X509Certificate another = templates.root(templates.newKey(), now, now.plus(YEAR));
    KeyPair below = templates.newKey();
    X509Certificate signing =
        templates.intermediate(root, key.getPrivate(), below.getPublic(), now, now.plus(YEAR));
    assertRefused("certificate.pem", "cannot be used", below.getPrivate(), another, signing);
    assertRefused("certificate.pem", "path length", below.getPrivate(), null, signing);
  }

  @Test
  void aRootsNameConstraintsAreKept() throws Exception {
    KeyPair key = templates.newKey();
    X509Certificate own = constrained(key, "east.demo");
    CertificateAuthority authority =
        open(directory.resolve("ca"), files(directory, key.getPrivate(), null, own));
    assertSigns(authority, own);
    assertRefused(
        "certificate.pem",
        "issuer_not_allowed",
        key.getPrivate(),
        null,
        constrained(key, "west.demo"));
  }

  private X509Certificate constrained(KeyPair key, String host) throws Exception {
    GeneralName name = new GeneralName(GeneralName.uniformResourceIdentifier, host);
    X500Name subject = new X500Name("CN=constrained");
    return new JcaX509CertificateConverter()
        .getCertificate(
            new JcaX509v3CertificateBuilder(
                    subject,
                    BigInteger.TWO,
                    Date.from(now),
                    Date.from(now.plus(YEAR)),
                    subject,
                    key.getPublic())
                .addExtension(Extension.basicConstraints, true, new BasicConstraints(true))
                .addExtension(
                    Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign))
                .addExtension(
                    Extension.nameConstraints,
                    true,
                    new NameConstraints(new GeneralSubtree[] {new GeneralSubtree(name)}, null))
                .build(new JcaContentSignerBuilder("SHA256withECDSA").build(key.getPrivate())));
  }

  @Test
  void filesThatAreNotThereOrNoFilesAreNamed() throws Exception {
    KeyPair key = templates.newKey();
    X509Certificate root = templates.root(key, now, now.plus(YEAR));
    ProvidedAuthority.Sources sources = files(directory, key.getPrivate(), null, root);
    assertThatThrownBy(() -> read(new ProvidedAuthority.Sources(directory, sources.key(), null)))
        .hasMessageStartingWith(directory + ": cannot be read");
    Files.delete(sources.key());
    assertThatThrownBy(() -> read(sources)).hasMessageContaining("key.pem: it is not there");
  }

  @Test
  void aKeyThatOthersMayReadIsNotTaken() throws Exception {
    KeyPair key = templates.newKey();
    ProvidedAuthority.Sources sources =
        files(directory, key.getPrivate(), null, templates.root(key, now, now.plus(YEAR)));
    Files.setPosixFilePermissions(sources.key(), PosixFilePermissions.fromString("rw-r-----"));
    assertThatThrownBy(() -> read(sources))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("key.pem")
        .hasMessageContaining("others than its owner");
  }

  private void assertRefused(
      String file,
      String reason,
      PrivateKey key,
      @Nullable X509Certificate root,
      X509Certificate certificate)
      throws Exception {
    Path files = Files.createTempDirectory(directory, "bad");
    ProvidedAuthority.Sources sources = files(files, key, root, certificate);
    assertThatThrownBy(() -> read(sources))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(file)
        .hasMessageContaining(reason);
  }

  private void assertSigns(CertificateAuthority authority, X509Certificate root) throws Exception {
    var issued = authority.sign(PAYMENTS, templates.newKey().getPublic(), Duration.ofHours(1));
    assertThat(
            new MeshTrust(Map.of(EAST, java.util.List.of(root)), () -> now).client(issued.chain()))
        .isEqualTo(PAYMENTS);
  }

  private CertificateAuthority open(Path ca, ProvidedAuthority.Sources sources) throws Exception {
    return CertificateAuthority.open(
        ca,
        EAST,
        () -> now,
        new SecureRandom(),
        CertificateLives.DEFAULT,
        () -> Optional.of(read(sources)));
  }

  private ProvidedAuthority read(ProvidedAuthority.Sources sources) throws IOException {
    return ProvidedAuthority.read(sources, EAST, CertificateLives.DEFAULT, () -> now);
  }

  private static ProvidedAuthority.Sources files(
      Path directory, PrivateKey key, @Nullable X509Certificate root, X509Certificate certificate)
      throws Exception {
    Path certificateFile = directory.resolve("certificate.pem");
    Path keyFile = directory.resolve("key.pem");
    Files.writeString(certificateFile, AuthorityText.certificate(certificate));
    Files.writeString(keyFile, Pem.encode(Pem.PRIVATE_KEY, key.getEncoded()));
    Files.setPosixFilePermissions(keyFile, PosixFilePermissions.fromString("rw-------"));
    Path rootFile = null;
    if (root != null) {
      rootFile = directory.resolve("root.pem");
      Files.writeString(rootFile, AuthorityText.certificate(root));
    }
    return new ProvidedAuthority.Sources(certificateFile, keyFile, rootFile);
  }

  private static KeyPair rsa(int bits) throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(bits);
    return generator.generateKeyPair();
  }
}

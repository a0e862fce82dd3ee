package dev.weft.agent.ca;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.agent.xds.AgentUnderTest;
import dev.weft.policy.identity.SpiffeId;
import dev.weft.policy.identity.TrustDomain;
import dev.weft.policy.svid.SvidFault;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedKeyManager;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** Everybody whose certificate the agent's port refuses, each for its own reason. */
class RefusedCallersTest {
  private static final String ORDERS = "spiffe://east.demo/ns/default/sa/orders";
  private static final TrustDomain EAST = new TrustDomain("east.demo");
  private static final SpiffeId IDENTITY = SpiffeId.parse(ORDERS);

  @TempDir private Path directory;
  private final Map<SvidFault, Presented> rows = new EnumMap<>(SvidFault.class);
  private AgentUnderTest agent;
  private Authority.Issuer issuer;
  private boolean critical;

  private record Presented(PrivateKey key, List<X509Certificate> chain) {}

  @BeforeEach
  void start() throws Exception {
    agent = new AgentUnderTest(directory, "east");
    issuer =
        AuthorityText.read(Files.readString(directory.resolve("ca/authority.pem"), US_ASCII))
            .current()
            .signing();
    Instant now = Instant.now();
    Instant from = now.minusSeconds(60);
    Instant to = now.plus(Duration.ofHours(1));
    rows.put(SvidFault.MISSING_URI, leaf(ec(), "SHA256withECDSA", from, to, false, 0));
    rows.put(SvidFault.SEVERAL_URIS, ordinary(ORDERS, ORDERS + "-2"));
    rows.put(SvidFault.NOT_A_SPIFFE_ID, ordinary("https://east.demo/orders"));
    rows.put(SvidFault.CA_AS_LEAF, leaf(ec(), "SHA256withECDSA", from, to, true, 0, ORDERS));
    rows.put(
        SvidFault.KEY_USAGE,
        leaf(ec(), "SHA256withECDSA", from, to, false, KeyUsage.keyCertSign, ORDERS));
    rows.put(SvidFault.WEAK_KEY, leaf(rsa(1024), "SHA256withECDSA", from, to, false, 0, ORDERS));
    rows.put(SvidFault.WEAK_SIGNATURE, leaf(ec(), "SHA1withECDSA", from, to, false, 0, ORDERS));
    rows.put(
        SvidFault.EXPIRED,
        leaf(ec(), "SHA256withECDSA", from.minusSeconds(60), from, false, 0, ORDERS));
    rows.put(
        SvidFault.NOT_YET_VALID,
        leaf(ec(), "SHA256withECDSA", to, to.plusSeconds(60), false, 0, ORDERS));
    Presented good = ordinary(ORDERS);
    rows.put(
        SvidFault.TRUNCATED_CHAIN, new Presented(good.key(), List.of(good.chain().getFirst())));
    X509Certificate above = good.chain().getLast();
    rows.put(
        SvidFault.BROKEN_CHAIN,
        new Presented(good.key(), List.of(good.chain().getFirst(), above, above)));
    Authority.Issuer signer = issuer;
    issuer = new Authority.Issuer(good.chain().getFirst(), good.key());
    Presented below = ordinary(ORDERS);
    rows.put(
        SvidFault.ISSUER_NOT_ALLOWED,
        new Presented(
            below.key(), List.of(below.chain().getFirst(), good.chain().getFirst(), above)));
    issuer = signer;
    critical = true;
    rows.put(SvidFault.CRITICAL_EXTENSION, ordinary(ORDERS));
    critical = false;
    rows.put(SvidFault.UNTRUSTED_ISSUER, by("another-east", EAST, IDENTITY));
    rows.put(
        SvidFault.WRONG_TRUST_DOMAIN,
        by(
            "west",
            new TrustDomain("west.demo"),
            SpiffeId.parse("spiffe://west.demo/ns/default/sa/orders")));
  }

  @AfterEach
  void stop() throws Exception {
    agent.close();
  }

  @ParameterizedTest
  // Without a certificate one may still enrol, whom to expect matters only where we dial, and the
  // JDK's TLS ends a chain of more than eight before it is looked at.
  @EnumSource(
      mode = Mode.EXCLUDE,
      names = {
        "NO_CERTIFICATE",
        "IDENTITY_MISMATCH",
        "INVALID_SVID",
        // The agent has the deny list itself.
        "REVOKED",
        "REVOCATION_UNKNOWN"
      })
  void isRefusedForItsOwnReason(SvidFault fault) throws Exception {
    Presented presented = rows.get(fault);
    assertThat(presented).as("a row for %s", fault).isNotNull();
    connect(presented);
    await().until(() -> agent.trust.refused(fault) == 1);
    for (SvidFault each : SvidFault.values()) {
      assertThat(agent.trust.refused(each)).as("%s", each).isEqualTo(each == fault ? 1 : 0);
    }
  }

  private void connect(Presented presented) throws Exception {
    SSLContext context = SSLContext.getInstance("TLSv1.3");
    TrustManager agents =
        new MeshTrust(Map.of(EAST, agent.authority.roots()), Instant::now)
            .server(SpiffeId.parse("spiffe://east.demo/ns/weft-system/sa/agent"));
    context.init(
        new KeyManager[] {new Keys(presented)}, new TrustManager[] {agents}, new SecureRandom());
    try (SSLSocket socket =
        (SSLSocket)
            context
                .getSocketFactory()
                .createSocket(InetAddress.getLoopbackAddress(), agent.port.port())) {
      socket.setSoTimeout(30_000);
      socket.getOutputStream().write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII));
      assertThat(socket.getInputStream().read()).isLessThan(256);
    } catch (IOException e) {
      // How its connection ends is the caller's to see; what is counted is asked for by the test.
      assertThat(e).isNotNull();
    }
  }

  private Presented ordinary(String... uris) throws Exception {
    Instant now = Instant.now();
    return leaf(
        ec(), "SHA256withECDSA", now.minusSeconds(60), now.plusSeconds(3_600), false, 0, uris);
  }

  private Presented by(String name, TrustDomain domain, SpiffeId id) throws Exception {
    KeyPair key = ec();
    return new Presented(
        key.getPrivate(),
        CertificateAuthority.open(directory.resolve(name), domain, Instant::now, new SecureRandom())
            .sign(id, key.getPublic(), Duration.ofHours(1))
            .chain());
  }

  private Presented leaf(
      KeyPair key,
      String algorithm,
      Instant from,
      Instant to,
      boolean authority,
      int usage,
      String... uris)
      throws Exception {
    JcaX509v3CertificateBuilder builder =
        new JcaX509v3CertificateBuilder(
            X500Name.getInstance(issuer.certificate().getSubjectX500Principal().getEncoded()),
            BigInteger.valueOf(7),
            Date.from(from),
            Date.from(to),
            new X500Name("O=Weft"),
            key.getPublic());
    builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
    builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature | usage));
    if (critical) {
      builder.addExtension(new ASN1ObjectIdentifier("1.3.6.1.4.1.32473.1"), true, DERNull.INSTANCE);
    }
    if (uris.length > 0) {
      GeneralName[] names = new GeneralName[uris.length];
      for (int i = 0; i < uris.length; i++) {
        names[i] = new GeneralName(GeneralName.uniformResourceIdentifier, uris[i]);
      }
      builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(names));
    }
    X509Certificate certificate =
        new JcaX509CertificateConverter()
            .getCertificate(
                builder.build(new JcaContentSignerBuilder(algorithm).build(issuer.key())));
    return new Presented(key.getPrivate(), List.of(certificate, issuer.certificate()));
  }

  private static KeyPair ec() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(256);
    return generator.generateKeyPair();
  }

  private static KeyPair rsa(int bits) throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(bits);
    return generator.generateKeyPair();
  }

  /** Presents whatever it is told to. */
  private static final class Keys extends X509ExtendedKeyManager {
    private final Presented presented;

    Keys(Presented presented) {
      this.presented = presented;
    }

    @Override
    public String[] getClientAliases(String type, Principal @Nullable [] issuers) {
      return new String[] {"one"};
    }

    @Override
    public @Nullable String chooseClientAlias(
        String[] types, Principal @Nullable [] issuers, @Nullable Socket socket) {
      return List.of(types).contains(presented.key().getAlgorithm()) ? "one" : null;
    }

    @Override
    public @Nullable String chooseEngineClientAlias(
        String[] types, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
      return chooseClientAlias(types, issuers, null);
    }

    @Override
    public String @Nullable [] getServerAliases(String type, Principal @Nullable [] issuers) {
      return null;
    }

    @Override
    public @Nullable String chooseServerAlias(
        String type, Principal @Nullable [] issuers, @Nullable Socket socket) {
      return null;
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
      return presented.chain().toArray(X509Certificate[]::new);
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
      return presented.key();
    }
  }
}

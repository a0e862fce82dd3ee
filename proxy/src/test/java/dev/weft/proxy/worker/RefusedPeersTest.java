package dev.weft.proxy.worker;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weft.policy.authz.Permission;
import dev.weft.policy.authz.Principal;
import dev.weft.policy.authz.RbacPolicy;
import dev.weft.policy.authz.Rule;
import dev.weft.policy.match.StringMatcher;
import dev.weft.proxy.config.ChainMatch;
import dev.weft.proxy.config.DownstreamTls;
import dev.weft.proxy.config.FilterChain;
import dev.weft.proxy.config.NetworkRbac;
import dev.weft.proxy.config.SanMatcher;
import dev.weft.proxy.config.TlsParams;
import dev.weft.proxy.config.TrustContext;
import dev.weft.proxy.config.UpstreamConfig.HttpProtocol;
import dev.weft.proxy.listener.Refusal;
import dev.weft.proxy.testing.FakeOrigin;
import dev.weft.proxy.testing.FakeOrigin.Script;
import dev.weft.proxy.testing.RawClient;
import dev.weft.proxy.testing.RunningProxy;
import dev.weft.proxy.testing.TestConfigs;
import dev.weft.proxy.testing.TlsPeer;
import dev.weft.proxy.tls.TestAuthority;
import dev.weft.proxy.tls.TestPki;
import dev.weft.proxy.tls.TlsMaterial;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLSocket;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/**
 * Everybody whom a strict inbound listener refuses, each for its own reason, on real sockets. A
 * reason without a row fails.
 */
class RefusedPeersTest {
  private static final String NAME = "9001.payments.default.east.demo";
  private static final String ORDERS = "spiffe://east.demo/ns/default/sa/orders";
  private static final String DENIED = "spiffe://east.demo/ns/default/sa/compromised";
  private static final TestPki EAST = TestPki.of("east.demo");
  private static final TestPki WEST = TestPki.of("west.demo");
  private static final TestPki.Leaf ORDINARY = TestPki.Leaf.ordinary(Instant.now());
  private static final TlsMaterial REVOKED = EAST.svid("default", "orders");
  private static final Map<Refusal, Attempt> ROWS = rows();

  private final FakeOrigin origin = FakeOrigin.http1(Script.echo());
  private final RunningProxy inbound =
      new RunningProxy(1, () -> TestConfigs.target(origin.port(), HttpProtocol.HTTP1));

  @AfterEach
  void stop() {
    inbound.close();
    origin.close();
  }

  /** What a peer does. Whatever it sees of its end is its own affair. */
  private interface Attempt {
    void at(int port) throws IOException;
  }

  private static Map<Refusal, Attempt> rows() {
    Instant now = Instant.now();
    Map<Refusal, Attempt> rows = new EnumMap<>(Refusal.class);
    rows.put(Refusal.NO_CLIENT_CERTIFICATE, presenting(null));
    TlsMaterial good = EAST.svid("default", "orders");
    List<X509Certificate> endless = new ArrayList<>(good.chain());
    endless.addAll(Collections.nCopies(7, good.chain().get(1)));
    rows.put(
        Refusal.INVALID_SVID, presenting(new TlsMaterial(good.key(), endless, good.ownRoots())));
    rows.put(Refusal.MISSING_URI, presenting(EAST.issue(ORDINARY)));
    rows.put(Refusal.SEVERAL_URIS, presenting(EAST.issue(ORDINARY, ORDERS, ORDERS + "-2")));
    rows.put(Refusal.NOT_A_SPIFFE_ID, presenting(EAST.issue(ORDINARY, "https://east.demo/orders")));
    rows.put(Refusal.CA_AS_LEAF, presenting(EAST.issue(leaf(true, 0), ORDERS)));
    rows.put(Refusal.KEY_USAGE, presenting(EAST.issue(leaf(false, KeyUsage.keyCertSign), ORDERS)));
    rows.put(Refusal.WEAK_KEY, presenting(weak()));
    rows.put(
        Refusal.WEAK_SIGNATURE, presenting(EAST.issueSigned("SHA1withECDSA", ORDINARY, ORDERS)));
    rows.put(Refusal.WRONG_TRUST_DOMAIN, presenting(WEST.svid("default", "orders")));
    rows.put(
        Refusal.UNTRUSTED_ISSUER, presenting(TestPki.of("east.demo").svid("default", "orders")));
    rows.put(
        Refusal.TRUNCATED_CHAIN,
        presenting(new TlsMaterial(good.key(), List.of(good.leaf()), good.ownRoots())));
    X509Certificate intermediate = good.chain().get(1);
    rows.put(
        Refusal.BROKEN_CHAIN,
        presenting(
            new TlsMaterial(
                good.key(), List.of(good.leaf(), intermediate, intermediate), good.ownRoots())));
    rows.put(
        Refusal.ISSUER_NOT_ALLOWED,
        presenting(
            new TestAuthority(good.leaf(), good.key())
                .workload(TestAuthority.workload(ORDERS), good.leaf(), intermediate)));
    List<TestAuthority.More> critical = new ArrayList<>(TestAuthority.workload(ORDERS));
    critical.add(TestAuthority.unknown(true));
    rows.put(
        Refusal.CRITICAL_EXTENSION, presenting(EAST.issuer().workload(critical, intermediate)));
    rows.put(
        Refusal.EXPIRED,
        presenting(
            EAST.issue(
                life(now.minus(Duration.ofHours(2)), now.minus(Duration.ofMinutes(1))), ORDERS)));
    rows.put(
        Refusal.NOT_YET_VALID,
        presenting(
            EAST.issue(
                life(now.plus(Duration.ofHours(1)), now.plus(Duration.ofHours(2))), ORDERS)));
    rows.put(Refusal.IDENTITY_MISMATCH, presenting(EAST.svid("default", "somebody")));
    rows.put(Refusal.REVOKED, presenting(REVOKED));
    rows.put(Refusal.REVOCATION_UNKNOWN, presenting(good));
    rows.put(Refusal.RBAC_DENIED, presenting(EAST.issue(ORDINARY, DENIED)));
    rows.put(Refusal.DENIED, presenting(EAST.issue(ORDINARY, DENIED)));
    rows.put(
        Refusal.UNKNOWN_SERVER_NAME, port -> talk(port, "9001.other.east.demo", good, "TLSv1.3"));
    rows.put(Refusal.TLS_VERSION, port -> talk(port, NAME, good, "TLSv1.2"));
    rows.put(
        Refusal.TLS_ERROR,
        port -> {
          try (RawClient client = RawClient.to(port)) {
            // A record of a handshake, and in it nothing that begins one.
            client.send("\u0016\u0003\u0001\u0000\u0004abcd");
            client.ended();
          }
        });
    rows.put(
        Refusal.HANDSHAKE_TIMEOUT,
        port -> {
          try (RawClient client = RawClient.to(port)) {
            client.socket().getOutputStream().write(TlsPeer.hello(NAME));
            client.ended();
          }
        });
    rows.put(
        Refusal.PLAINTEXT,
        port -> {
          try (RawClient client = RawClient.to(port)) {
            client.send("GET / HTTP/1.1\r\n\r\n");
            client.ended();
          }
        });
    rows.put(
        Refusal.RENEGOTIATION,
        port -> {
          try (SSLSocket socket = TlsPeer.connect(port, NAME, good, "TLSv1.2")) {
            get(socket);
            socket.getSession().invalidate();
            socket.startHandshake();
            get(socket);
          }
        });
    return rows;
  }

  private static Attempt presenting(@Nullable TlsMaterial material) {
    return port -> talk(port, NAME, material, "TLSv1.3");
  }

  private static void talk(
      int port, String serverName, @Nullable TlsMaterial material, String protocol)
      throws IOException {
    try (SSLSocket socket = TlsPeer.connect(port, serverName, material, protocol)) {
      get(socket);
    }
  }

  private static String get(SSLSocket socket) throws IOException {
    socket.getOutputStream().write("GET / HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(US_ASCII));
    socket.getOutputStream().flush();
    byte[] answer = new byte[12];
    int read = socket.getInputStream().readNBytes(answer, 0, answer.length);
    return new String(answer, 0, read, US_ASCII);
  }

  private static TestPki.Leaf leaf(boolean authority, int furtherUsage) {
    return new TestPki.Leaf(
        ORDINARY.notBefore(),
        ORDINARY.notAfter(),
        authority,
        KeyUsage.digitalSignature | furtherUsage);
  }

  private static TestPki.Leaf life(Instant from, Instant to) {
    return new TestPki.Leaf(from, to, false, KeyUsage.digitalSignature);
  }

  private static TlsMaterial weak() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(1024);
      return EAST.issue(generator.generateKeyPair(), ORDINARY, ORDERS);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static TrustContext trust(Refusal reason) {
    if (reason == Refusal.REVOKED) {
      return EAST.trustRevoking(REVOKED.leaf());
    }
    return reason == Refusal.REVOCATION_UNKNOWN ? EAST.trustWithoutNews() : TestPki.trust(EAST);
  }

  private void serve(Refusal reason) {
    publish(1, trust(reason), reason);
  }

  private void publish(int version, TrustContext trust, Refusal reason) {
    SanMatcher[] expected =
        reason == Refusal.IDENTITY_MISMATCH
            ? new SanMatcher[] {TestConfigs.identity(ORDERS)}
            : new SanMatcher[0];
    TlsParams strict = TestConfigs.mtls(expected);
    TlsParams params =
        reason == Refusal.RENEGOTIATION
            ? new TlsParams(
                "TLSv1.2",
                strict.maxVersion(),
                strict.alpn(),
                strict.certificateSecret(),
                strict.validationSecret(),
                strict.subjectAltNames())
            : strict;
    RbacPolicy denied =
        new RbacPolicy(
            RbacPolicy.Action.DENY,
            List.of(
                new Rule(
                    "compromised",
                    List.of(new Permission.Any()),
                    List.of(new Principal.Authenticated(StringMatcher.exact(DENIED))))));
    FilterChain chain =
        new FilterChain(
            "chain",
            new ChainMatch(0, List.of(NAME), "tls", List.of()),
            new DownstreamTls(params, true),
            List.of(new NetworkRbac(denied, reason == Refusal.DENIED ? "denied" : "policies")),
            TestConfigs.http(),
            reason == Refusal.HANDSHAKE_TIMEOUT ? Duration.ofMillis(200) : FilterChain.HANDSHAKE);
    inbound.workers().publish(EAST.svid("default", "payments"));
    inbound.serve(
        TestConfigs.snapshot(
            version, Map.of("trust-bundles", trust), TestConfigs.listener("main", true, chain)));
  }

  @ParameterizedTest
  // These say nothing about who the peer is; their tests are where they arise.
  @EnumSource(
      mode = Mode.EXCLUDE,
      names = {
        "NO_FILTER_CHAIN",
        "INSPECTION",
        "PROXY_HEADER",
        "EXT_AUTHZ_DENIED",
        "EXT_AUTHZ_ERROR",
        "NO_HOST"
      })
  void isRefusedForItsOwnReason(Refusal reason) {
    Attempt attempt = ROWS.get(reason);
    assertThat(attempt).as("a row for %s", reason).isNotNull();
    serve(reason);
    try {
      attempt.at(inbound.port("main"));
    } catch (IOException e) {
      // How its connection ends is the peer's to see; what we count is asked for below.
      assertThat(e).isNotNull();
    }
    await().until(() -> !inbound.refusals().isEmpty());
    assertThat(inbound.refusals()).containsExactly(reason);
    if (reason != Refusal.RENEGOTIATION) {
      assertThat(origin.requests()).isEmpty();
    }
  }

  @Test
  void whoLeavesInTheMiddleOfAClientHelloIsCountedAndWhoOnlyConnectsIsNot() throws Exception {
    serve(Refusal.INSPECTION);
    RawClient.to(inbound.port("main")).close();
    try (RawClient client = RawClient.to(inbound.port("main"))) {
      client.socket().getOutputStream().write(TlsPeer.hello(NAME), 0, 100);
      client.finish();
      assertThat(client.ended()).isTrue();
    }
    await().until(() -> !inbound.refusals().isEmpty());
    assertThat(inbound.refusals()).containsExactly(Refusal.INSPECTION);
  }

  @Test
  void anAuthorityThatMaySignNoHandshakesIsRefusedForItsKeyUsage() throws Exception {
    serve(Refusal.KEY_USAGE);
    TestPki.Leaf authority =
        new TestPki.Leaf(ORDINARY.notBefore(), ORDINARY.notAfter(), true, KeyUsage.keyCertSign);
    try {
      presenting(EAST.issue(authority, ORDERS)).at(inbound.port("main"));
    } catch (IOException e) {
      assertThat(e).isNotNull();
    }
    await().until(() -> inbound.refusals().equals(List.of(Refusal.KEY_USAGE)));
  }

  /** What a peer is told by the alert, of which BoringSSL says nothing by itself. */
  @ParameterizedTest
  @CsvSource({
    "EXPIRED,certificate_expired",
    "REVOKED,certificate_revoked",
    "UNTRUSTED_ISSUER,unknown_ca",
    "CA_AS_LEAF,unsupported_certificate",
    "SEVERAL_URIS,bad_certificate"
  })
  void aRefusedPeerIsToldWhatIsWrong(Refusal reason, String alert) throws Exception {
    serve(reason);
    assertThatThrownBy(() -> ROWS.get(reason).at(inbound.port("main"))).hasMessageContaining(alert);
  }

  @Test
  void whoHasNothingWrongIsServed() throws Exception {
    serve(Refusal.RENEGOTIATION);
    TlsMaterial orders = EAST.issue(ORDINARY, ORDERS);
    for (String protocol : List.of("TLSv1.2", "TLSv1.3")) {
      try (SSLSocket socket = TlsPeer.connect(inbound.port("main"), NAME, orders, protocol)) {
        assertThat(get(socket)).isEqualTo("HTTP/1.1 200");
      }
    }
    assertThat(inbound.refusals()).isEmpty();
  }

  @Test
  void aConnectionEndsWhenItsCertificateIsRevokedAndOthersGoOn() throws Exception {
    serve(Refusal.REVOKED);
    TlsMaterial stolen = EAST.issue(ORDINARY, ORDERS);
    TlsMaterial other = EAST.issue(ORDINARY, ORDERS);
    try (SSLSocket revoked = TlsPeer.connect(inbound.port("main"), NAME, stolen, "TLSv1.3");
        SSLSocket stays = TlsPeer.connect(inbound.port("main"), NAME, other, "TLSv1.3")) {
      assertThat(List.of(get(revoked), get(stays))).containsOnly("HTTP/1.1 200");
      publish(2, EAST.trustRevoking(REVOKED.leaf(), stolen.leaf()), Refusal.REVOKED);
      await().until(() -> inbound.refusals().equals(List.of(Refusal.REVOKED)));
      await().until(() -> isAtEnd(revoked));
      rest(stays);
      assertThat(get(stays)).isEqualTo("HTTP/1.1 200");
    }
  }

  /** Whether nothing but what was answered already comes any more. */
  private static boolean isAtEnd(SSLSocket socket) {
    try {
      return socket.getInputStream().read(new byte[4096]) < 0;
    } catch (IOException e) {
      return true;
    }
  }

  /** Reads what is left of an answer. */
  private static void rest(SSLSocket socket) throws IOException {
    StringBuilder seen = new StringBuilder();
    byte[] some = new byte[4096];
    while (!seen.toString().contains("\r\n\r\n")) {
      int read = socket.getInputStream().read(some);
      assertThat(read).isPositive();
      seen.append(new String(some, 0, read, US_ASCII));
    }
  }

  @Test
  void aNewHandshakeOfTls13IsNoneOfThePeersIdentity() throws Exception {
    serve(Refusal.NO_CLIENT_CERTIFICATE);
    TlsMaterial orders = EAST.issue(ORDINARY, ORDERS);
    try (SSLSocket socket = TlsPeer.connect(inbound.port("main"), NAME, orders, "TLSv1.3")) {
      get(socket);
      // With TLS 1.3 this only exchanges traffic keys: there is no renegotiation to refuse.
      socket.startHandshake();
      socket.getOutputStream().write("GET / HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(US_ASCII));
      await().until(() -> origin.requests().size() == 2);
    }
    assertThat(inbound.refusals()).isEmpty();
  }
}

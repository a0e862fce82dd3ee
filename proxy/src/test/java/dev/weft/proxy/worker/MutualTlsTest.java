package dev.weft.proxy.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.policy.authz.Permission;
import dev.weft.policy.authz.Principal;
import dev.weft.policy.authz.RbacPolicy;
import dev.weft.policy.authz.Rule;
import dev.weft.policy.match.StringMatcher;
import dev.weft.proxy.config.ChainMatch;
import dev.weft.proxy.config.DownstreamTls;
import dev.weft.proxy.config.FilterChain;
import dev.weft.proxy.config.ListenerConfig;
import dev.weft.proxy.config.NetworkRbac;
import dev.weft.proxy.config.SanMatcher;
import dev.weft.proxy.config.TrustContext;
import dev.weft.proxy.config.UpstreamConfig.HttpProtocol;
import dev.weft.proxy.config.UpstreamTls;
import dev.weft.proxy.listener.Refusal;
import dev.weft.proxy.testing.FakeOrigin;
import dev.weft.proxy.testing.FakeOrigin.Script;
import dev.weft.proxy.testing.RawClient;
import dev.weft.proxy.testing.RunningProxy;
import dev.weft.proxy.testing.TestConfigs;
import dev.weft.proxy.tls.TestPki;
import dev.weft.proxy.tls.TlsMaterial;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A caller's sidecar and a destination's sidecar, mTLS between them. */
class MutualTlsTest {
  private static final String NAME = "9001.payments.default.east.demo";
  private static final String PAYMENTS = "spiffe://east.demo/ns/default/sa/payments";

  private final TestPki east = TestPki.of("east.demo");
  private final TestPki west = TestPki.of("west.demo");
  private final FakeOrigin origin = FakeOrigin.http1(Script.echo());
  private final RunningProxy inbound =
      new RunningProxy(1, () -> TestConfigs.target(origin.port(), HttpProtocol.HTTP1));

  private void serveInbound(TrustContext trust) {
    inbound.workers().publish(east.svid("default", "payments"));
    inbound.serve(
        TestConfigs.snapshot(
            1,
            Map.of("trust-bundles", trust),
            TestConfigs.inbound(TestConfigs.http(), NAME, "*." + NAME)));
  }

  private RunningProxy caller(
      TlsMaterial material, TrustContext trust, String sni, SanMatcher... expected) {
    UpstreamTls tls = new UpstreamTls(TestConfigs.mtls(expected), sni);
    int port = inbound.port("main");
    RunningProxy caller =
        new RunningProxy(
            1, () -> TestConfigs.target(port, HttpProtocol.HTTP2, tls, TestConfigs.HTTP2));
    caller.workers().publish(material);
    return caller.serve(
        TestConfigs.snapshot(
            1,
            Map.of("trust-bundles", trust),
            TestConfigs.plaintext(1, TestConfigs.http()).listeners().get("main")));
  }

  @AfterEach
  void stop() {
    inbound.close();
    origin.close();
  }

  @Test
  void callsAcrossTrustDomainsShowThePeersIdentity() throws Exception {
    serveInbound(TestPki.trust(east, west));
    try (RunningProxy caller =
            caller(
                west.svid("default", "orders"),
                TestPki.trust(east, west),
                "payments-1." + NAME,
                TestConfigs.identity(PAYMENTS));
        RawClient client = caller.connect()) {
      assertThat(client.get("/").status()).isEqualTo(200);
      assertThat(inbound.log().peers())
          .containsExactly(
              "HTTP/2 payments-1." + NAME + " spiffe://west.demo/ns/default/sa/orders");
    }
  }

  private void assertRefused(RunningProxy caller, Refusal reason) throws Exception {
    try (caller;
        RawClient client = caller.connect()) {
      assertThat(client.get("/").header("x-failure")).isIn("TLS", "OTHER");
      await().until(() -> inbound.refusals().contains(reason));
      assertThat(origin.requests()).isEmpty();
    }
  }

  @Test
  void aCertificateOfAnotherAuthorityIsRefused() throws Exception {
    serveInbound(TestPki.trust(east));
    TestPki other = TestPki.of("east.demo");
    assertRefused(
        caller(other.svid("default", "orders"), TestPki.trust(east), NAME),
        Refusal.UNTRUSTED_ISSUER);
  }

  @Test
  void anUnknownTrustDomainIsRefused() throws Exception {
    serveInbound(TestPki.trust(east));
    assertRefused(
        caller(west.svid("default", "orders"), TestPki.trust(east), NAME),
        Refusal.WRONG_TRUST_DOMAIN);
  }

  @Test
  void anUnknownServerNameIsRefused() throws Exception {
    serveInbound(TestPki.trust(east));
    assertRefused(
        caller(east.svid("default", "orders"), TestPki.trust(east), "9001.other.default.east.demo"),
        Refusal.UNKNOWN_SERVER_NAME);
  }

  @Test
  void theWrongServiceIsNotTalkedTo() throws Exception {
    serveInbound(TestPki.trust(east));
    try (RunningProxy caller =
            caller(
                east.svid("default", "orders"),
                TestPki.trust(east),
                NAME,
                TestConfigs.identity("spiffe://east.demo/ns/default/sa/ledger"));
        RawClient client = caller.connect()) {
      assertThat(client.get("/").header("x-failure")).isEqualTo("TLS");
      assertThat(caller.log().resets()).containsExactly("TLS identity_mismatch");
    }
  }

  @Test
  void plaintextIsRefusedAtItsFirstByte() throws Exception {
    serveInbound(TestPki.trust(east));
    try (RawClient client = inbound.connect()) {
      client.send("G");
      assertThat(client.ended()).isTrue();
      assertThat(inbound.refusals()).containsExactly(Refusal.PLAINTEXT);
    }
  }

  @Test
  void certificatesAreRenewedWithoutLosingAConnection() throws Exception {
    serveInbound(TestPki.trust(east));
    try (RunningProxy caller = caller(east.svid("default", "orders"), TestPki.trust(east), NAME);
        RawClient client = caller.connect()) {
      for (int i = 0; i < 20; i++) {
        assertThat(client.get("/" + i).status()).isEqualTo(200);
        inbound.workers().publish(east.svid("default", "payments"));
        caller.workers().publish(east.svid("default", "orders"));
      }
      assertThat(caller.log().resets()).isEmpty();
    }
  }

  @Test
  void aListenerWaitsForItsCertificateAndItsBundles() {
    ListenerConfig listener = TestConfigs.inbound(TestConfigs.http(), NAME);
    ListenerConfig open =
        TestConfigs.listener(
            "open", false, TestConfigs.chain(ChainMatch.ANY, null, TestConfigs.http()));
    inbound.workers().publish(TestConfigs.snapshot(1, Map.of(), listener, open));
    await().until(() -> inbound.workers().serving().containsKey("open"));
    assertThat(inbound.workers().serving()).doesNotContainKey("main");
    inbound.workers().publish(east.svid("default", "payments"));
    ListenerConfig further =
        TestConfigs.listener(
            "further", false, TestConfigs.chain(ChainMatch.ANY, null, TestConfigs.http()));
    inbound.workers().publish(TestConfigs.snapshot(2, Map.of(), listener, open, further));
    // By now the certificate has been seen, so that only the bundles are waited for.
    await().until(() -> inbound.workers().serving().containsKey("further"));
    assertThat(inbound.workers().serving()).doesNotContainKey("main");
    Map<String, TrustContext> trust = Map.of("trust-bundles", TestPki.trust(east));
    inbound.workers().publish(TestConfigs.snapshot(3, trust, listener, open));
    await().until(() -> inbound.workers().serving().containsKey("main"));
  }

  @Test
  void aPeerThatTheRulesDoNotNameIsRefused() throws Exception {
    RbacPolicy rules =
        new RbacPolicy(
            RbacPolicy.Action.ALLOW,
            List.of(
                new Rule(
                    "own",
                    List.of(new Permission.Any()),
                    List.of(
                        new Principal.Authenticated(
                            StringMatcher.prefix("spiffe://east.demo/"))))));
    FilterChain chain =
        new FilterChain(
            "chain",
            new ChainMatch(0, List.of(NAME), "tls", List.of()),
            new DownstreamTls(TestConfigs.mtls(), true),
            List.of(new NetworkRbac(rules, "rbac")),
            TestConfigs.http());
    inbound.workers().publish(east.svid("default", "payments"));
    TrustContext trust = TestPki.trust(east, west);
    inbound.serve(
        TestConfigs.snapshot(
            1, Map.of("trust-bundles", trust), TestConfigs.listener("main", true, chain)));
    try (RunningProxy own = caller(east.svid("default", "orders"), trust, NAME);
        RawClient client = own.connect()) {
      assertThat(client.get("/").status()).isEqualTo(200);
    }
    origin.requests().clear();
    assertRefused(caller(west.svid("default", "orders"), trust, NAME), Refusal.RBAC_DENIED);
  }
}

package dev.weft.proxy.worker;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.policy.authz.Permission;
import dev.weft.policy.authz.Principal;
import dev.weft.policy.authz.RbacPolicy;
import dev.weft.policy.authz.Rule;
import dev.weft.policy.match.CidrRange;
import dev.weft.policy.match.IpAddress;
import dev.weft.policy.match.MetadataMatcher;
import dev.weft.policy.match.StringMatcher;
import dev.weft.policy.match.ValueMatcher;
import dev.weft.proxy.config.AuthorizationService;
import dev.weft.proxy.config.ChainMatch;
import dev.weft.proxy.config.FilterChain;
import dev.weft.proxy.config.NetworkExtAuthz;
import dev.weft.proxy.config.NetworkFilter;
import dev.weft.proxy.config.NetworkRbac;
import dev.weft.proxy.config.RbacRules;
import dev.weft.proxy.config.Snapshot;
import dev.weft.proxy.config.TcpProxy;
import dev.weft.proxy.config.UpstreamConfig.HttpProtocol;
import dev.weft.proxy.listener.Refusal;
import dev.weft.proxy.testing.FakeOrigin;
import dev.weft.proxy.testing.FakeOrigin.Script;
import dev.weft.proxy.testing.RawClient;
import dev.weft.proxy.testing.RunningProxy;
import dev.weft.proxy.testing.ScriptedService;
import dev.weft.proxy.testing.ScriptedService.Question;
import dev.weft.proxy.testing.TestConfigs;
import dev.weft.proxy.transport.Transport;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Connections that wait for an authorization service: slow, away, or late. */
class HeldConnectionsTest {
  private static final TcpProxy TCP = new TcpProxy("upstream", Duration.ofMinutes(1), "tcp");

  private final ScriptedService service = new ScriptedService();
  private final FakeOrigin origin = FakeOrigin.http1(Script.ok("x"));

  @AfterEach
  void stop() {
    origin.close();
  }

  private static NetworkExtAuthz asks(String prefix, boolean open) {
    return new NetworkExtAuthz(
        prefix,
        new AuthorizationService.Grpc("checks", Duration.ofMinutes(1), "", List.of()),
        open,
        false,
        false,
        null);
  }

  private static NetworkExtAuthz asksWhereTold() {
    NetworkExtAuthz all = asks("told", false);
    return new NetworkExtAuthz(
        all.statPrefix(),
        all.service(),
        false,
        false,
        false,
        new MetadataMatcher(
            "envoy.filters.network.rbac",
            List.of("tried_shadow_effective_policy_id"),
            new ValueMatcher.Text(StringMatcher.prefix("ask-")),
            false));
  }

  /** Of callers on this machine, or of addresses that nobody here has. */
  private static RbacPolicy rules(RbacPolicy.Action action, String name, boolean here) {
    CidrRange range = new CidrRange(IpAddress.parse(here ? "127.0.0.0" : "192.0.2.0"), 24);
    return new RbacPolicy(
        action,
        List.of(
            new Rule(
                name,
                List.of(new Permission.Any()),
                List.of(new Principal.Address(Principal.End.SOURCE, range)))));
  }

  private static NetworkRbac enforced(String name, boolean here) {
    return new NetworkRbac(rules(RbacPolicy.Action.ALLOW, name, here), "rules");
  }

  private static NetworkRbac tried(String name, boolean here) {
    return new NetworkRbac(
        new RbacRules(null, rules(RbacPolicy.Action.DENY, name, here), "rules", "tried_", false),
        Duration.ZERO);
  }

  private static Snapshot snapshot(
      long version, FilterChain.Terminal terminal, NetworkFilter... filters) {
    return TestConfigs.snapshot(
        version,
        Map.of(),
        TestConfigs.listener(
            "main",
            false,
            new FilterChain("chain", ChainMatch.ANY, null, List.of(filters), terminal)));
  }

  private RunningProxy proxy(int port, FilterChain.Terminal terminal, NetworkFilter... filters) {
    return new RunningProxy(
            new WorkerSettings(1, Transport.best(), Duration.ofMillis(200), Duration.ofSeconds(4)),
            () -> TestConfigs.target(port, HttpProtocol.HTTP1),
            service)
        .serve(snapshot(1, terminal, filters));
  }

  private Question question(int index) {
    await().until(() -> service.questions().size() > index);
    return service.questions().get(index);
  }

  private static FilterChain.Terminal terminal(boolean tcp) {
    return tcp ? TCP : TestConfigs.http();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void nothingIsPassedOnUntilItIsAllowed(boolean tcp) throws Exception {
    try (RunningProxy proxy = proxy(origin.port(), terminal(tcp), asks("a", false));
        RawClient client = proxy.connect()) {
      client.send("GET / HTTP/1.1\r\nhost: a\r\n\r\n");
      Question asked = question(0);
      assertThat(asked.about().hasRequest()).isFalse();
      assertThat(asked.about().getSource().getAddress().getSocketAddress().getPortValue())
          .isEqualTo(client.socket().getLocalPort());
      assertThat(asked.about().getDestination().getAddress().getSocketAddress().getPortValue())
          .isEqualTo(proxy.port("main"));
      assertThat(origin.accepted()).isZero();
      asked.answer(0);
      assertThat(client.read().status()).isEqualTo(200);
      assertThat(client.get("/again").status()).isEqualTo(200);
      assertThat(service.questions()).as("once for the connection").hasSize(1);
      assertThat(proxy.refusals()).isEmpty();
    }
  }

  @Test
  void aServerThatSpeaksFirstIsNotHeardBefore() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        RunningProxy proxy = proxy(server.getLocalPort(), TCP, asks("a", false));
        RawClient client = proxy.connect()) {
      Question asked = question(0);
      assertThat(client.socket().getInputStream().available()).isZero();
      asked.answer(0);
      try (Socket accepted = server.accept()) {
        accepted.getOutputStream().write("hello".getBytes(ISO_8859_1));
        assertThat(new String(client.bytes(5), ISO_8859_1)).isEqualTo("hello");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whoIsDeniedEnds(boolean tcp) throws Exception {
    try (RunningProxy proxy = proxy(origin.port(), terminal(tcp), asks("a", true));
        RawClient client = proxy.connect()) {
      client.send("GET / HTTP/1.1\r\nhost: a\r\n\r\n");
      question(0).answer(7);
      assertThat(client.ended()).isTrue();
      assertThat(proxy.refusals()).containsExactly(Refusal.EXT_AUTHZ_DENIED);
      assertThat(origin.accepted()).isZero();
    }
  }

  @Test
  void withoutAnAnswerItEnds() throws Exception {
    try (RunningProxy proxy = proxy(origin.port(), TCP, asks("a", false));
        RawClient client = proxy.connect()) {
      question(0).fail();
      assertThat(client.ended()).isTrue();
      assertThat(proxy.refusals()).containsExactly(Refusal.EXT_AUTHZ_ERROR);
      assertThat(origin.accepted()).isZero();
    }
  }

  @Test
  void withoutAnAnswerItGoesOnWhereThatIsAllowed() throws Exception {
    try (RunningProxy proxy = proxy(origin.port(), TCP, asks("a", true));
        RawClient client = proxy.connect()) {
      question(0).fail();
      assertThat(client.get("/").status()).isEqualTo(200);
      assertThat(proxy.refusals()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aPeerThatLeavesEndsTheQuestion(boolean tcp) throws Exception {
    try (RunningProxy proxy = proxy(origin.port(), terminal(tcp), asks("a", false))) {
      try (RawClient gone = proxy.connect()) {
        question(0);
        // An end by RST: the end of one direction alone is none where bytes are passed on.
        gone.socket().setSoLinger(true, 0);
      }
      await().until(() -> question(0).cancelled());
      try (RawClient next = proxy.connect()) {
        question(1).answer(0);
        assertThat(next.get("/").status()).isEqualTo(200);
      }
      assertThat(origin.accepted()).isEqualTo(1);
    }
  }

  @Test
  void anEndOfOneDirectionIsPassedOnAfterwards() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        RunningProxy proxy = proxy(server.getLocalPort(), TCP, asks("a", false));
        RawClient client = proxy.connect()) {
      client.send("all of it").finish();
      question(0).answer(0);
      try (Socket accepted = server.accept()) {
        assertThat(new String(accepted.getInputStream().readAllBytes(), ISO_8859_1))
            .isEqualTo("all of it");
        accepted.getOutputStream().write("after your end".getBytes(ISO_8859_1));
      }
      assertThat(new String(client.bytes(14), ISO_8859_1)).isEqualTo("after your end");
    }
  }

  @Test
  void muchThatIsSentBeforeWaitsAtThePeer() throws Exception {
    int size = 30_000_000;
    try (ServerSocket server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        RunningProxy proxy = proxy(server.getLocalPort(), TCP, asks("a", false));
        RawClient client = proxy.connect()) {
      Question asked = question(0);
      CompletableFuture<Boolean> written = new CompletableFuture<>();
      Thread.ofVirtual()
          .start(() -> {
            try {
              client.socket().getOutputStream().write(new byte[size]);
              client.finish();
              written.complete(true);
            } catch (Exception e) {
              written.completeExceptionally(e);
            }
          });
      await().during(Duration.ofMillis(300)).until(() -> !written.isDone());
      asked.answer(0);
      try (Socket accepted = server.accept()) {
        assertThat(accepted.getInputStream().readAllBytes()).hasSize(size);
      }
      assertThat(written.get()).isTrue();
    }
  }

  @Test
  void rulesThatCameMeanwhileHoldAndNobodyIsAskedTwice() throws Exception {
    NetworkExtAuthz asks = asks("a", false);
    try (RunningProxy proxy = proxy(origin.port(), TCP, enforced("first", true), asks);
        RawClient denied = proxy.connect()) {
      Question asked = question(0);
      publish(proxy, snapshot(2, TCP, enforced("second", false), asks));
      asked.answer(0);
      assertThat(denied.ended()).isTrue();
      assertThat(proxy.refusals()).containsExactly(Refusal.RBAC_DENIED);
      assertThat(service.questions()).hasSize(1);
      assertThat(origin.accepted()).isZero();
    }
  }

  @Test
  void anOpenConnectionIsNotAskedAboutAgainAndLeavesWhereSomebodyElseWouldBe() throws Exception {
    FilterChain.Terminal http = TestConfigs.http();
    NetworkExtAuthz asks = asks("a", false);
    try (RunningProxy proxy = proxy(origin.port(), http, enforced("first", true), asks);
        RawClient client = proxy.connect()) {
      question(0).answer(0);
      assertThat(client.get("/").status()).isEqualTo(200);
      publish(proxy, snapshot(2, http, enforced("second", true), asks));
      assertThat(client.get("/").header("connection")).isNull();
      publish(proxy, snapshot(3, http, enforced("second", true), asks, asks("b", false)));
      assertThat(client.ended()).isTrue();
      assertThat(service.questions()).hasSize(1);
      assertThat(proxy.refusals()).as("it leaves, it is not refused").isEmpty();
    }
  }

  @Test
  void rulesSayAboutWhomTheServiceIsAsked() throws Exception {
    NetworkExtAuthz asks = asksWhereTold();
    try (RunningProxy proxy = proxy(origin.port(), TCP, tried("ask-nobody", false), asks);
        RawClient before = proxy.connect()) {
      assertThat(before.get("/").status()).isEqualTo(200);
      assertThat(service.questions()).isEmpty();
      // Who was not asked about may not stay where rules say by now that he would have been.
      publish(proxy, snapshot(2, TCP, tried("ask-everybody", true), asks));
      assertThat(before.ended()).isTrue();
      try (RawClient after = proxy.connect()) {
        question(0).answer(0);
        assertThat(after.get("/").status()).isEqualTo(200);
        publish(proxy, snapshot(3, TCP, tried("ask-all-the-same", true), asks));
        assertThat(after.get("/").status()).isEqualTo(200);
      }
      assertThat(service.questions()).hasSize(1);
    }
  }

  private static void publish(RunningProxy proxy, Snapshot snapshot) {
    proxy.workers().publish(snapshot).toCompletableFuture().join();
  }
}

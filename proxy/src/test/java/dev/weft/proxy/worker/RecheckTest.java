package dev.weft.proxy.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.policy.authz.Permission;
import dev.weft.policy.authz.Principal;
import dev.weft.policy.authz.RbacPolicy;
import dev.weft.policy.authz.Rule;
import dev.weft.policy.match.CidrRange;
import dev.weft.policy.match.IpAddress;
import dev.weft.proxy.config.ChainMatch;
import dev.weft.proxy.config.FilterChain;
import dev.weft.proxy.config.NetworkRbac;
import dev.weft.proxy.config.Snapshot;
import dev.weft.proxy.config.TcpProxy;
import dev.weft.proxy.config.UpstreamConfig.HttpProtocol;
import dev.weft.proxy.listener.Refusal;
import dev.weft.proxy.testing.FakeOrigin;
import dev.weft.proxy.testing.FakeOrigin.Script;
import dev.weft.proxy.testing.RawClient;
import dev.weft.proxy.testing.RawHttp2;
import dev.weft.proxy.testing.RunningProxy;
import dev.weft.proxy.testing.TestConfigs;
import dev.weft.proxy.transport.Transport;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Connections that are open when the rules of their chain change. */
class RecheckTest {
  private static final TcpProxy TCP = new TcpProxy("upstream", Duration.ofMinutes(1), "tcp");

  private final CompletableFuture<Void> finish = new CompletableFuture<>();
  private final FakeOrigin origin = FakeOrigin.http1(Script.ok("x"));

  @AfterEach
  void stop() {
    origin.close();
  }

  /** Callers on this machine are allowed, or addresses that nobody here has. */
  private static Snapshot snapshot(
      long version, String name, boolean allowed, FilterChain.Terminal terminal) {
    CidrRange range = new CidrRange(IpAddress.parse(allowed ? "127.0.0.0" : "192.0.2.0"), 24);
    RbacPolicy policy =
        new RbacPolicy(
            RbacPolicy.Action.ALLOW,
            List.of(
                new Rule(
                    name,
                    List.of(new Permission.Any()),
                    List.of(new Principal.Address(Principal.End.SOURCE, range)))));
    return TestConfigs.snapshot(
        version,
        Map.of(),
        TestConfigs.listener(
            "main",
            false,
            new FilterChain(
                "chain", ChainMatch.ANY, null, List.of(new NetworkRbac(policy, "r")), terminal)));
  }

  private RunningProxy proxy(FilterChain.Terminal terminal, Duration drainTime) {
    return new RunningProxy(
            new WorkerSettings(1, Transport.best(), drainTime, Duration.ofSeconds(4)),
            () -> TestConfigs.target(origin.port(), HttpProtocol.HTTP1))
        .serve(snapshot(1, "first", true, terminal));
  }

  @Test
  void aTcpConnectionThatIsNoLongerAllowedEnds() throws Exception {
    try (RunningProxy proxy = proxy(TCP, Duration.ofMinutes(1));
        RawClient client = proxy.connect()) {
      assertThat(client.get("/").status()).isEqualTo(200);
      proxy.workers().publish(snapshot(2, "second", false, TCP));
      assertThat(client.ended()).isTrue();
      await().until(() -> proxy.refusals().equals(List.of(Refusal.RBAC_DENIED)));
    }
  }

  @Test
  void aConnectionThatIsStillAllowedGoesOn() throws Exception {
    try (RunningProxy proxy = proxy(TestConfigs.http(), Duration.ofMillis(100));
        RawClient client = proxy.connect()) {
      assertThat(client.get("/").status()).isEqualTo(200);
      proxy.workers().publish(snapshot(2, "second", true, TestConfigs.http()));
      for (int i = 0; i < 5; i++) {
        assertThat(client.get("/").header("connection")).isNull();
      }
      // The rules that came later hold for it too.
      proxy.workers().publish(snapshot(3, "third", false, TestConfigs.http()));
      assertThat(client.ended()).isTrue();
    }
  }

  @Test
  void anAnswerUnderWayIsFinished() throws Exception {
    try (RunningProxy proxy = proxy(TestConfigs.http(), Duration.ofMinutes(1));
        RawClient client = proxy.connect()) {
      origin.script(Script.when(finish, Script.ok("done")));
      client.send("GET / HTTP/1.1\r\nhost: a\r\n\r\n");
      await().until(() -> origin.requests().size() == 1);
      proxy.workers().publish(snapshot(2, "second", false, TestConfigs.http()));
      await().until(() -> proxy.refusals().contains(Refusal.RBAC_DENIED));
      finish.complete(null);
      RawClient.Answer answer = client.read();
      assertThat(answer.body()).isEqualTo("done");
      assertThat(answer.header("connection")).isEqualTo("close");
      assertThat(client.ended()).isTrue();
    }
  }

  @Test
  void anHttp2ConnectionTakesNothingNewAndFinishes() throws Exception {
    try (RunningProxy proxy = proxy(TestConfigs.http(), Duration.ofMinutes(1));
        RawHttp2 client = RawHttp2.client(proxy.port("main"))) {
      origin.script(Script.when(finish, Script.ok("done")));
      client.headers(1, true, ":method", "GET", ":scheme", "http", ":authority", "a", ":path", "/");
      await().until(() -> origin.requests().size() == 1);
      proxy.workers().publish(snapshot(2, "second", false, TestConfigs.http()));
      assertThat(client.read(RawHttp2.GOAWAY).uint32(0)).isEqualTo(Integer.MAX_VALUE);
      assertThat(client.read(RawHttp2.GOAWAY).uint32(0)).isEqualTo(1);
      finish.complete(null);
      assertThat(client.read(RawHttp2.HEADERS).stream()).isEqualTo(1);
      assertThat(client.typesToTheEnd()).contains(RawHttp2.DATA);
    }
  }

  @Test
  void anAnswerThatDoesNotComeIsNotWaitedFor() throws Exception {
    try (RunningProxy proxy = proxy(TestConfigs.http(), Duration.ofMillis(300));
        RawClient client = proxy.connect()) {
      origin.script(Script.hang());
      client.send("GET / HTTP/1.1\r\nhost: a\r\n\r\n");
      await().until(() -> origin.requests().size() == 1);
      proxy.workers().publish(snapshot(2, "second", false, TestConfigs.http()));
      assertThat(client.ended()).isTrue();
    }
  }

  @Test
  void aConnectionThatSaidNothingYetIsHeldAgainstTheNewRules() throws Exception {
    try (RunningProxy proxy = proxy(TestConfigs.http(), Duration.ofMinutes(1));
        RawClient client = proxy.connect()) {
      proxy.workers().publish(snapshot(2, "second", false, TestConfigs.http()));
      await().until(() -> proxy.refusals().contains(Refusal.RBAC_DENIED));
      assertThat(client.ended()).isTrue();
    }
  }
}

package dev.weft.proxy.http.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.policy.jwt.JwksSource;
import dev.weft.policy.jwt.JwtPolicy;
import dev.weft.policy.jwt.JwtProvider;
import dev.weft.policy.jwt.JwtRequirement;
import dev.weft.policy.jwt.JwtRule;
import dev.weft.policy.jwt.TestIssuer;
import dev.weft.policy.jwt.TokenForwarding;
import dev.weft.policy.jwt.TokenLocations;
import dev.weft.policy.jwt.TokenRules;
import dev.weft.proxy.config.ChainMatch;
import dev.weft.proxy.config.FilterChain;
import dev.weft.proxy.config.FilterSettings;
import dev.weft.proxy.config.Fraction;
import dev.weft.proxy.config.HostPort;
import dev.weft.proxy.config.HttpConnectionManager;
import dev.weft.proxy.config.ListenerConfig;
import dev.weft.proxy.config.ListenerInspection;
import dev.weft.proxy.config.NamedFilter;
import dev.weft.proxy.config.Route;
import dev.weft.proxy.config.Snapshot;
import dev.weft.proxy.http.HeaderList;
import dev.weft.proxy.http.ResetReason;
import dev.weft.proxy.upstream.pool.UpstreamStream.ConnectFailure;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Keys behind an upstream, in virtual time. */
class RemoteKeysTest {
  private static final Duration LIFETIME = Duration.ofMinutes(10);

  private final TestIssuer issuer = TestIssuer.shared("ES256", "k1");
  private final TestIssuer next = TestIssuer.shared("RS256", "k2");
  private final String token = issuer.token("{\"iss\":\"iss\"}");
  private final RouterHarness mesh = new RouterHarness();

  private static HttpConnectionManager http(JwksSource.@Nullable Ahead ahead) {
    JwtProvider provider =
        new JwtProvider(
            TokenRules.of("iss", List.of()),
            new JwksSource.Remote(
                "https://issuer.example/keys?all",
                Configs.UPSTREAM,
                Duration.ofSeconds(2),
                LIFETIME,
                ahead),
            TokenLocations.NONE,
            TokenForwarding.NONE,
            10,
            4096);
    Route.Match all =
        new Route.Match(
            new Route.PathMatch.Prefix("/", false), List.of(), List.of(), false, Fraction.ALL);
    JwtPolicy<Route.Match> policy =
        new JwtPolicy<>(
            Map.of("one", provider),
            List.of(new JwtRule<>(all, new JwtRequirement.Provider("one", List.of()), "")),
            Map.of(),
            false,
            false);
    HttpConnectionManager plain = Configs.http(Duration.ofMinutes(5), List.of());
    return Configs.filtered(plain, new NamedFilter("jwt", new FilterSettings.Jwt(policy), false));
  }

  private void serve(HttpConnectionManager http, boolean listed) {
    mesh.http = http;
    ListenerConfig listener =
        new ListenerConfig(
            "outbound",
            new HostPort("127.0.0.1", 0),
            ListenerInspection.of(false, Duration.ofSeconds(1)),
            List.of(new FilterChain("all", ChainMatch.ANY, null, List.of(), http)),
            null,
            1024);
    Snapshot routed =
        Configs.snapshot(
            1,
            Configs.withoutRetries(),
            Configs.upstream(Configs.BREAKERS, null),
            Configs.endpoints(new int[] {1}));
    mesh.with(
        new Snapshot(
            1,
            listed ? Map.of("outbound", listener) : Map.of(),
            routed.routes(),
            routed.upstreams(),
            routed.endpoints(),
            Map.of()));
  }

  private FakeDownstream call(String sent) {
    HeaderList headers = new HeaderList().add("authorization", "Bearer " + sent);
    return mesh.request(0, "GET", "/", true, headers);
  }

  private List<FakePools.Try> fetches() {
    return mesh.pools.tries.stream().filter(one -> one.head.path().equals("/keys?all")).toList();
  }

  private double counted(String result) {
    return mesh.registry.get("weft.jwks.fetches").tag("result", result).counter().count();
  }

  @Test
  void requestsWaitForTheFirstKeysAndShareThem() {
    serve(http(null), true);
    assertThat(mesh.pools.tries).isEmpty();
    FakeDownstream first = call(token);
    FakeDownstream second = call(token);
    assertThat(fetches()).hasSize(1);
    assertThat(fetches().getFirst().head.authority()).isEqualTo("issuer.example");
    assertThat(first.head).isNull();
    fetches().getFirst().answer(200, TestIssuer.set(issuer.jwk()));
    assertThat(mesh.pools.tries).as("both went on to the application").hasSize(3);
    assertThat(mesh.pools.last().head.headers().get("authorization")).isNull();
    mesh.pools.tries.get(1).answer(200, "");
    mesh.pools.tries.get(2).answer(200, "");
    assertThat(first.status()).isEqualTo(200);
    assertThat(second.status()).isEqualTo(200);
    assertThat(counted("fetched")).isEqualTo(1);
    assertThat(call(issuer.token("{\"iss\":\"else\"}")).status()).isEqualTo(401);
    assertThat(mesh.registry.get("weft.tokens.refused").tag("reason", "issuer_unknown").counter())
        .isNotNull();
  }

  @Test
  void withoutKeysTokensAreRefusedUntilThereAreSome() {
    serve(http(null), true);
    FakeDownstream slow = call(token);
    mesh.advance(2_000);
    assertThat(slow.status()).isEqualTo(401);
    assertThat(slow.body).hasToString("Jwks remote fetch is failed");
    assertThat(fetches().getFirst().cancelled).isTrue();
    assertThat(call(token).status()).as("within the pause").isEqualTo(401);
    assertThat(fetches()).hasSize(1);
    assertThat(counted("failed")).isEqualTo(1);
    mesh.advance(1_000);
    assertThat(fetches()).as("tried again by itself").hasSize(2);
    fetches().getLast().answer(200, TestIssuer.set(issuer.jwk()));
    call(token);
    assertThat(mesh.pools.last().head.path()).isEqualTo("/");
    assertThat(mesh.lastRecord().details())
        .isEqualTo("jwt_authn_access_denied{Jwks_remote_fetch_is_failed}");
  }

  @Test
  void anAnswerThatIsTooLongIsNoAnswer() {
    serve(http(null), true);
    FakeDownstream waiting = call(token);
    FakePools.Try fetch = fetches().getFirst().start();
    fetch.events.onResponse(new dev.weft.proxy.http.ResponseHead(200, new HeaderList()), false);
    for (int i = 0; i < 5; i++) {
      fetch.bytes("x".repeat(64 * 1024), false);
    }
    assertThat(fetch.reset).isTrue();
    assertThat(waiting.status()).isEqualTo(401);
  }

  @Test
  void aCallerThatLeavesWaitsForNothing() {
    serve(http(null), true);
    FakeDownstream gone = call(token);
    gone.events.onReset(ResetReason.CANCELLED);
    fetches().getFirst().answer(200, TestIssuer.set(issuer.jwk()));
    assertThat(mesh.pools.tries).hasSize(1);
    assertThat(gone.head).isNull();
  }

  @Test
  void anUnknownKeyIsLookedForOnceInAWhile() {
    serve(http(null), true);
    call(token);
    fetches().getFirst().answer(200, TestIssuer.set(issuer.jwk()));
    FakeDownstream rotated = call(next.token("{\"iss\":\"iss\"}"));
    assertThat(rotated.head).isNull();
    assertThat(fetches()).hasSize(2);
    fetches().getLast().answer(200, TestIssuer.set(issuer.jwk(), next.jwk()));
    assertThat(mesh.pools.last().head.path()).isEqualTo("/");
    String unknown = issuer.token("{\"alg\":\"ES256\",\"kid\":\"nobody\"}", "{\"iss\":\"iss\"}");
    assertThat(call(unknown).status()).isEqualTo(401);
    assertThat(fetches()).hasSize(2);
  }

  @Test
  void keysAreFetchedAheadAndOutliveConfigurationsThatKeepTheirProvider() {
    serve(http(new JwksSource.Ahead(true, Duration.ofSeconds(3))), true);
    mesh.advance(1);
    assertThat(fetches()).hasSize(1);
    fetches().getFirst().answer(200, TestIssuer.set(issuer.jwk()));
    serve(http(new JwksSource.Ahead(true, Duration.ofSeconds(3))), true);
    mesh.advance(1);
    assertThat(fetches()).hasSize(1);
    call(token);
    assertThat(mesh.pools.last().head.path()).isEqualTo("/");
    serve(http(null), false);
    mesh.advance(700_000);
    assertThat(fetches()).as("nobody needs them any more").hasSize(1);
  }

  @Test
  void aFetchThatFindsNoConnectionCountsAsARequestDoes() {
    serve(http(null), true);
    FakeDownstream waiting = call(token);
    fetches()
        .getFirst()
        .events
        .onConnectFailure(
            new ConnectFailure(ConnectFailure.Kind.TLS, "untrusted_issuer: no such root"));
    assertThat(waiting.status()).isEqualTo(401);
    assertThat(upstream("weft.upstream.tls.failures", "reason", "untrusted_issuer")).isEqualTo(1);
    assertThat(upstream("weft.upstream.attempts", "result", "tls_failure")).isEqualTo(1);
  }

  private double upstream(String name, String tag, String value) {
    return mesh.registry.get(name).tag(tag, value).counter().count();
  }
}

package dev.weft.proxy.http.router;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.policy.authz.Permission;
import dev.weft.policy.authz.Principal;
import dev.weft.policy.authz.RbacPolicy;
import dev.weft.policy.authz.RbacPolicy.Action;
import dev.weft.policy.authz.Rule;
import dev.weft.policy.match.HeaderMatcher;
import dev.weft.policy.match.StringMatcher;
import dev.weft.proxy.config.FilterSettings;
import dev.weft.proxy.config.HttpConnectionManager;
import dev.weft.proxy.config.NamedFilter;
import dev.weft.proxy.config.RbacRules;
import dev.weft.proxy.config.UpstreamConfig.HttpProtocol;
import dev.weft.proxy.failure.Failure;
import dev.weft.proxy.telemetry.RequestRecord;
import dev.weft.proxy.testing.FakeOrigin;
import dev.weft.proxy.testing.RawClient;
import dev.weft.proxy.testing.RawHttp2;
import dev.weft.proxy.transport.Transport;
import dev.weft.proxy.worker.WorkerSettings;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Requests that last, when the rules for requests change: who is no longer allowed ends. */
class RulesOfOpenRequestsTest {
  private final Map<String, FakeOrigin.Exchange> begun = new ConcurrentHashMap<>();
  private final FakeOrigin origin = FakeOrigin.http1(this::begin);
  private final RoutedProxy proxy =
      new RoutedProxy(
          new WorkerSettings(1, Transport.best(), Duration.ofMillis(500), Duration.ofSeconds(4)),
          HttpProtocol.HTTP1,
          Duration.ofSeconds(15));

  @AfterEach
  void stop() {
    proxy.close();
    origin.close();
  }

  /** Begins an answer that goes on until somebody ends it; of {@code /late} not even that. */
  private void begin(FakeOrigin.Exchange exchange) {
    if (!exchange.request().path().equals("/late")) {
      exchange.head(200, List.of("transfer-encoding", "chunked"), false);
      exchange.data("begun", false);
    }
    begun.put(String.valueOf(exchange.request().header("x-team")), exchange);
  }

  private void serve(RbacPolicy... policies) {
    NamedFilter[] filters = new NamedFilter[policies.length];
    for (int i = 0; i < policies.length; i++) {
      filters[i] =
          new NamedFilter(
              "rbac-" + i,
              new FilterSettings.Rbac(new RbacRules(policies[i], null, "", "", false)),
              false);
    }
    HttpConnectionManager http = Configs.http(Duration.ofMinutes(1), List.of());
    proxy.serve(
        filters.length == 0 ? http : Configs.filtered(http, filters),
        Configs.withoutRetries(),
        Configs.OUTLIER,
        Configs.endpoints(new int[] {origin.port()}));
  }

  private static RbacPolicy team(Action action, String team) {
    return new RbacPolicy(
        action,
        List.of(
            new Rule(
                "team " + team,
                List.of(
                    new Permission.Header(HeaderMatcher.of("x-team", StringMatcher.exact(team)))),
                List.of(new Principal.Any()))));
  }

  private RawClient ask(String team, String path) throws IOException {
    RawClient client = proxy.connect();
    client.send("GET " + path + " HTTP/1.1\r\nhost: a\r\nx-team: " + team + "\r\n\r\n");
    await().until(() -> begun.containsKey(team));
    return client;
  }

  private static void awaitText(RawClient client, String text) throws IOException {
    StringBuilder seen = new StringBuilder();
    while (seen.indexOf(text) < 0) {
      seen.append(new String(client.bytes(1), ISO_8859_1));
    }
  }

  @Test
  void anAnswerToWhomIsNoLongerAllowedIsCutAndOthersGoOn() throws IOException {
    serve();
    try (RawClient red = ask("red", "/");
        RawClient blue = ask("blue", "/")) {
      awaitText(red, "begun");
      awaitText(blue, "begun");
      serve(team(Action.DENY, "green"), team(Action.ALLOW, "blue"));
      assertThat(red.ended()).isTrue();
      RequestRecord record = proxy.record(0);
      assertThat(record.failure()).isEqualTo(Failure.RBAC_DENIED);
      assertThat(record.details()).isEqualTo("rbac_access_denied_matched_policy[none]");
      assertThat(record.authorization().reason())
          .isEqualTo("denied: no rule allows it; team blue wants another header x-team");
      begun.get("blue").data("goes on", false);
      awaitText(blue, "goes on");
      assertThat(proxy.records).hasSize(1);
      begun.get("blue").data("", true);
      assertThat(blue.ended()).isTrue();
    }
  }

  @Test
  void aStreamIsResetAndItsNeighbourGoesOn() throws IOException {
    serve(team(Action.DENY, "green"));
    try (RawHttp2 client = RawHttp2.client(proxy.port())) {
      int id = 1;
      for (String team : List.of("red", "blue")) {
        client.headers(
            id,
            true,
            ":method",
            "GET",
            ":scheme",
            "http",
            ":authority",
            "a",
            ":path",
            "/",
            "x-team",
            team);
        id += 2;
        await().until(() -> begun.containsKey(team));
      }
      serve(team(Action.DENY, "red"));
      assertThat(client.read(RawHttp2.RST_STREAM).stream()).isEqualTo(1);
      begun.get("blue").data("goes on", true);
      RawHttp2.Frame frame = client.read(RawHttp2.DATA);
      while (!new String(frame.payload(), ISO_8859_1).contains("goes on")) {
        frame = client.read(RawHttp2.DATA);
      }
      assertThat(frame.stream()).isEqualTo(3);
    }
  }

  @Test
  void aRequestWithoutAnAnswerYetIsRefused() throws IOException {
    serve();
    try (RawClient red = ask("red", "/late")) {
      serve(team(Action.ALLOW, "blue"));
      assertThat(red.read().status()).isEqualTo(403);
    }
  }

  @Test
  void whatIsOnlyLoggedEndsNothing() throws IOException {
    serve();
    try (RawClient red = ask("red", "/");
        RawClient green = ask("green", "/")) {
      serve(team(Action.LOG, "red"), team(Action.DENY, "green"));
      assertThat(green.ended()).isTrue();
      awaitText(red, "begun");
      begun.get("red").data("goes on", false);
      awaitText(red, "goes on");
    }
  }

  @Test
  void whoSaidNothingYetMeetsTheRulesOfTheTimeWhenHeDoes() throws IOException {
    serve();
    try (RawClient silent = proxy.connect()) {
      serve(team(Action.ALLOW, "blue"));
      silent.send("GET / HTTP/1.1\r\nhost: a\r\nx-team: red\r\n\r\n");
      assertThat(silent.read().status()).isEqualTo(403);
      assertThat(begun).isEmpty();
    }
  }
}

package dev.weft.agent.jwks;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import dev.weft.agent.jwks.KeyFetcher.Timings;
import dev.weft.agent.state.Delta;
import dev.weft.agent.state.MeshStateBuilder;
import dev.weft.agent.store.ResourceStore;
import dev.weft.policy.istio.Attachment;
import dev.weft.policy.istio.PolicyName;
import dev.weft.policy.istio.RequestAuthentication;
import dev.weft.policy.istio.RequestAuthentication.JwtRule;
import dev.weft.policy.istio.RequestAuthentication.Keys;
import dev.weft.policy.istio.SecurityPolicy.Kind;
import dev.weft.policy.jwt.JwksCache;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keys from a real server, and what becomes of them when it is away. */
class KeyFetcherTest {
  private static final String JWKS =
      "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"BRAe1aht9atZ5xTcSq8rjpdlrQcXoYC1D0R2FTnM6zU\","
          + "\"y\":\"riEVy3rrjQjQyLjENWLCK7ylTa4Cht378P8cZUsPA8w\"}]}";
  private static final Timings FAST =
      new Timings(
          new JwksCache.Settings(
              Duration.ofMillis(200),
              Duration.ofMillis(50),
              Duration.ofSeconds(1),
              Duration.ofMillis(20),
              Duration.ofMillis(100),
              Duration.ofSeconds(1),
              10),
          Duration.ofMillis(50));

  @TempDir Path directory;
  private final Map<String, String> pages = new ConcurrentHashMap<>();
  private final Map<Keys, String> fetched = new ConcurrentHashMap<>();
  private final MeshStateBuilder mesh = new MeshStateBuilder();
  private HttpServer server;
  private KeyFetcher fetcher;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          String page = pages.get(exchange.getRequestURI().getPath());
          byte[] body = (page == null ? "" : page).getBytes(UTF_8);
          exchange.sendResponseHeaders(
              page == null ? 503 : 200, body.length == 0 ? -1 : body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
    fetcher = open();
  }

  @AfterEach
  void stop() {
    fetcher.close();
    server.stop(0);
  }

  private KeyFetcher open() throws IOException {
    ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor();
    return KeyFetcher.open(
        this::submit,
        HttpGet.over(executor),
        executor,
        new Random(1),
        new ResourceStore(directory),
        FAST);
  }

  private void submit(Delta delta) {
    switch (delta) {
      case Delta.KeysFetched(Keys from, String jwks) -> fetched.put(from, jwks);
      case Delta.KeysForgotten(Keys from) -> fetched.remove(from);
      default -> throw new AssertionError(delta);
    }
  }

  private String url(String path) {
    return "http://127.0.0.1:" + server.getAddress().getPort() + path;
  }

  private Keys ask(Keys keys) {
    JwtRule rule =
        new JwtRule(
            "issuer", List.of(), keys, List.of(), List.of(), List.of(), false, "", List.of(),
            List.of(), 500);
    mesh.with(
        new Delta.SecurityWritten(
            new RequestAuthentication(
                new PolicyName("foo", "a"), new Attachment.Everything(), List.of(rule))));
    fetcher.accept(mesh.build());
    return keys;
  }

  @Test
  void keysArriveWhenTheirSourceDoes() {
    Keys keys = ask(new Keys.At(url("/jwks")));
    await().until(() -> fetcher.problem(keys).equals("127.0.0.1 answered 503"));
    assertThat(fetched).isEmpty();
    pages.put("/jwks", JWKS);
    await().until(() -> JWKS.equals(fetched.get(keys)));
    await().until(() -> fetcher.problem(keys).isEmpty());
  }

  @Test
  void anIssuerSaysWhereItsKeysAre() {
    pages.put("/.well-known/openid-configuration", "{\"jwks_uri\": \"" + url("/keys") + "\"}");
    pages.put("/keys", JWKS);
    Keys keys = ask(new Keys.Discovered(url("/")));
    await().until(() -> JWKS.equals(fetched.get(keys)));
  }

  @Test
  void anIssuerThatIsNoUrlSaysNothing() {
    Keys keys = ask(new Keys.Discovered("somebody"));
    await().until(() -> fetcher.problem(keys).contains("the issuer is no URL"));
    assertThat(fetched).isEmpty();
  }

  @Test
  void whatIsNoKeySetIsNotHandedOn() {
    pages.put("/secret", "{\"password\": \"hunter2\"}");
    Keys keys = ask(new Keys.At(url("/secret")));
    await().until(() -> fetcher.problem(keys).contains("key set"));
    pages.put("/secret", "x".repeat(HttpGet.LONGEST + 1));
    await().until(() -> !fetcher.problem(keys).isEmpty() && !fetcher.problem(keys).contains("set"));
    assertThat(fetched).isEmpty();
  }

  @Test
  void keysStayWhileTheirSourceIsAwayAndOverARestart() throws IOException {
    pages.put("/jwks", JWKS);
    Keys keys = ask(new Keys.At(url("/jwks")));
    await().until(() -> JWKS.equals(fetched.get(keys)));
    pages.clear();
    await().until(() -> !fetcher.problem(keys).isEmpty());
    assertThat(fetched).containsKey(keys);
    fetcher.close();
    fetched.clear();
    fetcher = open();
    assertThat(fetched).containsEntry(keys, JWKS);
    ask(keys);
    await().until(() -> !fetcher.problem(keys).isEmpty());
    assertThat(fetched).containsEntry(keys, JWKS);
  }

  @Test
  void keysThatNobodyAsksForAreForgotten() throws IOException {
    pages.put("/jwks", JWKS);
    Keys keys = ask(new Keys.At(url("/jwks")));
    await().until(() -> fetched.containsKey(keys));
    mesh.with(new Delta.SecurityRemoved(Kind.REQUEST_AUTHENTICATION, new PolicyName("foo", "a")));
    fetcher.accept(mesh.build());
    await().until(() -> !fetched.containsKey(keys));
    fetcher.close();
    fetcher = open();
    assertThat(fetched).isEmpty();
  }
}

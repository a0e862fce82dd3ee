package dev.weft.cli.demo;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Shows every secret to programs in the places where it belongs and in some where it does not,
 * provokes errors with them, and then looks for them in all that comes out: logs, thread dumps,
 * metrics, configuration dumps, answers of the API. Heap dumps are not looked at: what a process
 * uses is in its memory. One thread.
 */
final class SecretsDrill {
  private static final List<String> ADMIN =
      List.of("/ready", "/live", "/metrics", "/config_dump", "/logging");

  /** No secret: a duration that is none is quoted, so that a search that finds nothing is seen. */
  private static final String QUOTED = "wrong duration";

  private static final List<String> API =
      List.of(
          "/metrics",
          "/q/health",
          "/q/openapi",
          "/api/v1/clusters",
          "/api/v1/services",
          "/api/v1/services/default/payments",
          "/api/v1/failover-policies",
          "/api/v1/service-exports",
          "/api/v1/service-routes",
          "/api/v1/authorization-policies",
          "/api/v1/peer-authentications",
          "/api/v1/request-authentications",
          "/api/v1/policy-warnings",
          "/api/v1/ca",
          "/api/v1/certificates",
          "/api/v1/denials",
          "/api/v1/proxies");

  private final World world;
  private final Screen screen;
  private final Installation installation;
  private final Marks marks = new Marks();
  private final List<String> problems = new ArrayList<>();
  private final List<Child> started = new ArrayList<>();
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private int looked;
  private boolean quoted;

  SecretsDrill(World world, Screen screen, Installation installation) {
    this.world = world;
    this.screen = screen;
    this.installation = installation;
  }

  /** What of it came out, by name; empty: nothing. */
  List<String> run() throws IOException {
    try {
      marks.collect(world.layout().directory());
      for (String kind : List.of("token", "admin-token", "authority.pem", "identity.pem")) {
        if (!marks.knows(kind)) {
          problems.add("no secret of kind " + kind + " was found to look for");
        }
      }
      requests();
      wrongCalls();
      wrongEnrolment();
      wrongFiles();
      search();
      if (!quoted) {
        problems.add("the search does not find what is there");
      }
    } finally {
      started.forEach(Child::kill);
      client.close();
    }
    screen.event("looked for " + marks.size() + " secrets in " + looked + " texts");
    return List.copyOf(problems);
  }

  /** Through both sidecars, with credentials of applications; the second is refused. */
  private void requests() throws IOException {
    int sidecar = world.east().plan().orders().getFirst().outboundPort();
    String basic =
        Base64.getEncoder()
            .encodeToString(("user:" + marks.plant("basic password")).getBytes(UTF_8));
    marks.add("basic credentials", basic);
    List<String> headers =
        List.of(
            "authorization", "Bearer " + marks.plant("bearer token"),
            "authorization", "Basic " + basic,
            "cookie", "session=" + marks.plant("cookie"),
            "x-api-key", marks.plant("API key"));
    try (HttpClient proxied =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .proxy(
                ProxySelector.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), sidecar)))
            .build()) {
      for (String host : List.of("payments.mesh", "nobody.mesh")) {
        HttpRequest.Builder request =
            HttpRequest.newBuilder(URI.create("http://" + host + "/charge"))
                .timeout(Duration.ofSeconds(10));
        for (int i = 0; i < headers.size(); i += 2) {
          request.header(headers.get(i), headers.get(i + 1));
        }
        note("answer of " + host, body(proxied, request.build()));
      }
    }
    screen.event("called with bearer token, cookie and key");
  }

  /** Of the agent's API: with a wrong token, and with secrets in documents that are refused. */
  private void wrongCalls() throws IOException {
    String wrong = marks.plant("wrong admin token");
    call("GET", "/api/v1/services", "", wrong);
    String admin =
        Files.readString(world.east().plan().directory().resolve("data/admin-token")).strip();
    call("POST", "/api/v1/join-tokens", "{\"secret\": \"" + marks.plant("field") + "\"}", admin);
    call("POST", "/api/v1/join-tokens", "{\"x\": " + marks.plant("broken JSON"), admin);
    String keys =
        String.format(
            Locale.ROOT,
            "{\\\"keys\\\":[{\\\"kty\\\":\\\"oct\\\",\\\"k\\\":\\\"%s\\\"}]}",
            marks.plant("symmetric key"));
    call(
        "PUT",
        "/api/v1/namespaces/default/request-authentications/bad",
        String.format(
            Locale.ROOT,
            """
            {"apiVersion": "security.istio.io/v1", "kind": "RequestAuthentication",
             "metadata": {"namespace": "default", "name": "bad"},
             "spec": {"jwtRules": [{"issuer": "i", "jwks": "%s"}], "password": "%s"}}
            """,
            keys,
            marks.plant("unknown field")),
        admin);
    screen.event("called the API wrongly");
  }

  /** A node with a join token that nobody made. */
  private void wrongEnrolment() throws IOException {
    Path directory = Files.createDirectories(world.layout().directory().resolve("wrong-token"));
    Path bootstrap = node(directory, "", marks.plant("wrong join token"));
    Child child = Child.start("sidecar", directory, installation.sidecar(bootstrap));
    started.add(child);
    world.await("a refused token", () -> child.printed("no certificate from the agent"));
    screen.event("enrolled with a wrong token");
  }

  /** Programs that do not start, for files with a secret where it does not belong. */
  private void wrongFiles() throws IOException {
    Path directory = Files.createDirectories(world.layout().directory().resolve("wrong-files"));
    Path bootstrap =
        node(directory, "password: " + marks.plant("key of a bootstrap") + "\n", "unused-token");
    Child sidecar = Child.start("sidecar", directory, installation.sidecar(bootstrap));
    started.add(sidecar);
    Path agent =
        Files.writeString(
            directory.resolve("agent.yaml"),
            "weft:\n  mesh: demo\n  cluster: east\n  data-dir: "
                + directory.resolve("data")
                + "\n  password: "
                + marks.plant("key of an agent")
                + "\n  ca: {lifetime: "
                + marks.plant(QUOTED)
                + "}\n");
    Child wrong = Child.start("agent", directory, installation.agent(agent));
    started.add(wrong);
    world.await("a sidecar that refuses its file", () -> !sidecar.alive());
    world.await("an agent that refuses its file", () -> !wrong.alive());
    screen.event("started with malformed files");
  }

  private Path node(Path directory, String more, String token) throws IOException {
    Layout.Cluster east = world.east().plan();
    return Files.writeString(
        directory.resolve("bootstrap.yaml"),
        String.format(
            Locale.ROOT,
            """
            node: {id: wrong, cluster: east, mesh: demo, serviceAccount: wrong, role: sidecar}
            agent: {addresses: ["127.0.0.1:%d"], bundle: "%s", token: "%s"}
            dataDir: data
            inbound: {address: "127.0.0.1:0", workloads: [{address: "127.0.0.1:9"}]}
            outbound: {address: "127.0.0.1:0"}
            admin: {address: "127.0.0.1:0"}
            %s\
            """,
            east.xdsPort(),
            east.bundle(),
            Files.writeString(directory.resolve("token"), token),
            more));
  }

  private void search() throws IOException {
    for (RunningCluster cluster : world.clusters()) {
      Layout.Cluster plan = cluster.plan();
      for (Child child : cluster.children()) {
        child.threadDump();
      }
      String admin = Files.readString(plan.directory().resolve("data/admin-token")).strip();
      for (String path : API) {
        note(plan.name() + path, get(plan.apiPort(), path, admin));
      }
      List<Integer> ports = new ArrayList<>(List.of(plan.gateway().adminPort()));
      plan.instances().forEach(instance -> ports.add(instance.adminPort()));
      for (int port : ports) {
        for (String path : ADMIN) {
          note(plan.name() + " node" + path, get(port, path, ""));
        }
      }
    }
    Path agent = world.east().plan().directory().resolve("agent.log");
    world.await("a thread dump", () -> Child.contains(agent, "Full thread dump"));
    try (Stream<Path> files = Files.walk(world.layout().directory())) {
      for (Path log : files.filter(file -> file.toString().endsWith(".log")).toList()) {
        note(
            world.layout().directory().relativize(log).toString(),
            Files.readString(log, ISO_8859_1));
      }
    }
  }

  private void note(String where, String text) {
    looked++;
    for (String name : marks.in(text)) {
      if (name.equals(QUOTED)) {
        quoted = true;
      } else {
        problems.add("the " + name + " is in " + where);
      }
    }
  }

  private void call(String method, String path, String body, String token) throws IOException {
    HttpRequest request =
        HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + world.east().plan().apiPort() + path))
            .method(method, HttpRequest.BodyPublishers.ofString(body))
            .header("content-type", "application/json")
            .header("authorization", "Bearer " + token)
            .build();
    note("answer to " + method + " " + path, body(client, request));
  }

  private String get(int port, String path, String token) throws IOException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
    if (!token.isEmpty()) {
      request.header("authorization", "Bearer " + token);
    }
    return body(client, request.build());
  }

  /** Head and body of whatever is answered. */
  private static String body(HttpClient by, HttpRequest request) throws IOException {
    try {
      HttpResponse<String> response = by.send(request, HttpResponse.BodyHandlers.ofString());
      return response.statusCode() + " " + response.headers().map() + " " + response.body();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }
}

package dev.weft.cli.explain;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code weft explain authz}. */
@Command(
    name = "authz",
    mixinStandardHelpOptions = true,
    description = {
      "Says what would become of a request that nobody sends, by which rule, and",
      "where nothing allows it, which rules came nearest and what they want.",
      "Exit code 0: allowed; 1: not; 2: it could not be asked."
    })
public final class ExplainAuthzCommand implements Callable<Integer> {
  private static final int ALLOWED = 0;
  private static final int NOT_ALLOWED = 1;
  private static final int NOT_ASKED = 2;
  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final ObjectMapper JSON = new ObjectMapper();

  @Option(
      names = "--from",
      paramLabel = "spiffe://...",
      description = "The caller's identity; without one it comes without TLS.")
  private @Nullable String from;

  @Option(
      names = "--to",
      required = true,
      paramLabel = "NAMESPACE/SERVICE[:PORT]",
      description = "Whom it calls; the port is the application's.")
  private String to = "";

  @Option(
      names = "--instance",
      paramLabel = "ID",
      description = "Which instance (default: the first).")
  private @Nullable String instance;

  @Option(names = "--method", defaultValue = "GET", description = "Default: ${DEFAULT-VALUE}.")
  private String method = "GET";

  @Option(names = "--path", defaultValue = "/", description = "With its query (default: /).")
  private String path = "/";

  @Option(names = "--host", description = "Default: <service>.mesh.")
  private @Nullable String host;

  @Option(
      names = "--header",
      paramLabel = "'NAME: VALUE'",
      description = "A header; $${token} in it stands for the token.")
  private List<String> headers = new ArrayList<>();

  @Option(
      names = "--claim",
      paramLabel = "NAME=VALUE",
      description = "A claim of a token that is taken for genuine; given twice, a list.")
  private List<String> claims = new ArrayList<>();

  @Option(
      names = "--jwt",
      paramLabel = "FILE",
      description = "A token, whose signature is checked.")
  private @Nullable Path jwt;

  @Option(
      names = "--address",
      paramLabel = "IP",
      description = "Where the connection comes from (default: 127.0.0.1).")
  private @Nullable String address;

  @Option(
      names = "--agent",
      paramLabel = "URL",
      defaultValue = "http://127.0.0.1:15080",
      description = "The agent's API (default: ${DEFAULT-VALUE}).")
  private String agent = "";

  @Option(
      names = "--admin-token",
      paramLabel = "FILE",
      defaultValue = "data/admin-token",
      description = "The agent's admin token (default: ${DEFAULT-VALUE}).")
  private Path adminToken = Path.of("data/admin-token");

  @Option(names = "--json", description = "The answer as it is.")
  private boolean json;

  @Override
  public Integer call() {
    try {
      HttpResponse<String> response = send(question());
      if (response.statusCode() != 200) {
        System.err.println("weft explain authz: " + refusal(response));
        return NOT_ASKED;
      }
      JsonNode verdict = JSON.readTree(response.body());
      System.out.print(json ? response.body() + "\n" : ExplainedText.of(verdict));
      return verdict.path("decision").asText("").equals("allow") ? ALLOWED : NOT_ALLOWED;
    } catch (IOException | IllegalArgumentException e) {
      String message = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
      System.err.println("weft explain authz: " + message);
      return NOT_ASKED;
    }
  }

  private ObjectNode question() throws IOException {
    int slash = to.indexOf('/');
    int colon = to.indexOf(':', slash + 1);
    if (slash < 1 || slash == to.length() - 1) {
      throw new IllegalArgumentException("--to: expected NAMESPACE/SERVICE[:PORT], found " + to);
    }
    ObjectNode root = JSON.createObjectNode();
    ObjectNode workload = root.putObject("workload");
    workload.put("namespace", to.substring(0, slash));
    workload.put("service", to.substring(slash + 1, colon < 0 ? to.length() : colon));
    if (colon >= 0) {
      try {
        workload.put("port", Integer.parseInt(to.substring(colon + 1)));
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException("--to: expected a port, found " + to, e);
      }
    }
    put(workload, "instance", instance);
    root.put("identity", from == null ? "" : from);
    ObjectNode request = root.putObject("request").put("method", method).put("path", path);
    put(request, "host", host);
    put(request, "from", address);
    ObjectNode sent = request.putObject("headers");
    for (String header : headers) {
      int at = header.indexOf(':');
      if (at < 1) {
        throw new IllegalArgumentException("--header: expected NAME: VALUE, found no colon");
      }
      String name = header.substring(0, at).strip();
      if (sent.has(name)) {
        throw new IllegalArgumentException("--header: " + name + " is given twice");
      }
      sent.put(name, header.substring(at + 1).strip());
    }
    if (jwt != null && !claims.isEmpty()) {
      throw new IllegalArgumentException("--claim: not together with --jwt");
    }
    if (jwt != null) {
      root.put("token", text("--jwt", jwt));
    } else if (!claims.isEmpty()) {
      claims(root.putObject("token"));
    }
    return root;
  }

  private static void put(ObjectNode to, String name, @Nullable String value) {
    if (value != null) {
      to.put(name, value);
    }
  }

  private void claims(ObjectNode token) {
    for (String claim : claims) {
      int at = claim.indexOf('=');
      if (at < 1) {
        throw new IllegalArgumentException("--claim: expected NAME=VALUE, found no =");
      }
      String name = claim.substring(0, at);
      String value = claim.substring(at + 1);
      switch (token.get(name)) {
        case null -> token.put(name, value);
        case com.fasterxml.jackson.databind.node.ArrayNode list -> list.add(value);
        case JsonNode first -> token.putArray(name).add(first.asText()).add(value);
      }
    }
  }

  private HttpResponse<String> send(ObjectNode question) throws IOException {
    String bearer = text("--admin-token", adminToken);
    HttpRequest request =
        HttpRequest.newBuilder(agent("/api/v1/explain/authz"))
            .timeout(TIMEOUT)
            .header("content-type", "application/json")
            .header("authorization", "Bearer " + bearer)
            .POST(HttpRequest.BodyPublishers.ofString(question.toString()))
            .build();
    try (HttpClient client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(TIMEOUT)
            .build()) {
      return client.send(request, HttpResponse.BodyHandlers.ofString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } catch (java.net.ConnectException e) {
      throw new IOException("no agent answers at " + agent, e);
    }
  }

  private static String text(String option, Path file) throws IOException {
    try {
      return Files.readString(file).strip();
    } catch (IOException e) {
      // What is read may be a secret: only its place is told.
      throw new IOException(option + ": cannot be read: " + file, e);
    }
  }

  private URI agent(String path) {
    URI uri;
    try {
      uri = URI.create(agent);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("--agent: expected http://HOST:PORT, found " + agent, e);
    }
    boolean web = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
    if (!web || uri.getHost() == null) {
      throw new IllegalArgumentException("--agent: expected http://HOST:PORT, found " + agent);
    }
    return uri.resolve(path);
  }

  private static String refusal(HttpResponse<String> response) {
    try {
      JsonNode problem = JSON.readTree(response.body());
      StringBuilder text = new StringBuilder(problem.path("detail").asText(response.body()));
      for (JsonNode error : problem.path("errors")) {
        text.append("\n  ")
            .append(error.path("field").asText(""))
            .append(": ")
            .append(error.path("message").asText(""));
      }
      return response.statusCode() + " " + text;
    } catch (IOException e) {
      return response.statusCode() + " " + response.body();
    }
  }
}

package dev.weft.bench.mesh;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weft.parts.Part;
import dev.weft.secrets.PlantedSecrets;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
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
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * A real Keycloak on ports of its own, over HTTP and HTTPS, with its data in memory. Its realm
 * {@code weft} is what tests make of it; keys of other realms are its own.
 */
final class TestKeycloak implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String PASSWORD = "in memory only";

  private final Path directory;
  private final String administrator = PlantedSecrets.plant(UUID.randomUUID().toString());
  private final String secret = PlantedSecrets.plant(UUID.randomUUID().toString());
  private final HttpClient client = HttpClient.newHttpClient();
  private final int http;
  private final int https;
  private final Process process;

  /** Starts it, which takes minutes on a busy machine. */
  TestKeycloak(Path directory) throws Exception {
    this.directory = directory;
    Path program = Part.KEYCLOAK.required();
    makeCertificate();
    List<Integer> ports = freePorts();
    http = ports.get(0);
    https = ports.get(1);
    ProcessBuilder start =
        new ProcessBuilder(
                program.toString(),
                "start",
                "--optimized",
                "--hostname-strict=false",
                "--http-enabled=true",
                "--http-host=127.0.0.1",
                "--http-port=" + http,
                "--https-port=" + https,
                "--https-key-store-file=" + directory.resolve("server.p12"),
                "--https-key-store-password=" + PASSWORD)
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("keycloak.log").toFile());
    start.environment().put("KC_BOOTSTRAP_ADMIN_USERNAME", "root");
    start.environment().put("KC_BOOTSTRAP_ADMIN_PASSWORD", administrator);
    start.environment().put("JAVA_HOME", System.getProperty("java.home"));
    process = start.start();
    try {
      awaitReady();
    } catch (Exception | AssertionError e) {
      close();
      throw e;
    }
  }

  private void makeCertificate() throws Exception {
    keytool(
        "-genkeypair",
        "-keyalg",
        "EC",
        "-dname",
        "CN=keycloak",
        "-ext",
        "san=ip:127.0.0.1",
        "-validity",
        "2");
    keytool("-exportcert", "-rfc", "-file", authorities().toString());
  }

  private void keytool(String... what) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(Path.of(System.getProperty("java.home"), "bin", "keytool").toString()));
    command.addAll(List.of(what));
    command.addAll(
        List.of(
            "-alias",
            "one",
            "-storetype",
            "PKCS12",
            "-keystore",
            directory.resolve("server.p12").toString(),
            "-storepass",
            PASSWORD));
    Process made = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(made.getInputStream().readAllBytes(), UTF_8);
    assertThat(made.waitFor()).as(said).isZero();
  }

  private static List<Integer> freePorts() throws IOException {
    List<Integer> ports = new ArrayList<>();
    try (ServerSocket one = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        ServerSocket two = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      ports.add(one.getLocalPort());
      ports.add(two.getLocalPort());
    }
    return ports;
  }

  private void awaitReady() throws Exception {
    for (int i = 0; i < 2400; i++) {
      try {
        if (send("GET", "/realms/master", "", "", "").statusCode() == 200) {
          return;
        }
      } catch (IOException e) {
        // It does not listen yet.
      }
      if (!process.isAlive()) {
        throw new IllegalStateException("ended: " + log());
      }
      process.waitFor(250, TimeUnit.MILLISECONDS);
    }
    fail("Keycloak is not ready after 10 minutes: " + log());
  }

  private String log() throws IOException {
    return Files.readString(directory.resolve("keycloak.log"));
  }

  /** What tokens that were asked for over HTTP say of who made them. */
  String issuer() {
    return "http://127.0.0.1:" + http + "/realms/weft";
  }

  /** Its keys, over HTTPS. */
  String keys() {
    return "https://127.0.0.1:" + https + "/realms/weft/protocol/openid-connect/certs";
  }

  /** Its keys, as they are. */
  String fetchKeys() throws Exception {
    return send("GET", "/realms/weft/protocol/openid-connect/certs", "", "", "").body();
  }

  /** PEM of who vouches for it. */
  Path authorities() {
    return directory.resolve("keycloak.pem");
  }

  /**
   * Makes the realm with a client of each of these names, whose tokens are for {@code weft}, and
   * the client {@code stranger}, whose are not.
   */
  void makeRealm(String... names) throws Exception {
    StringBuilder clients = new StringBuilder(client("stranger", ""));
    for (String name : names) {
      clients.append(',').append(client(name, AUDIENCE));
    }
    administer(
        "POST",
        "",
        "{\"realm\":\"weft\",\"enabled\":true,\"sslRequired\":\"none\",\"accessTokenLifespan\":1800,"
            + "\"clients\":["
            + clients
            + "]}",
        201);
  }

  private static final String AUDIENCE =
      ",\"protocolMappers\":[{\"name\":\"weft\",\"protocol\":\"openid-connect\","
          + "\"protocolMapper\":\"oidc-audience-mapper\",\"config\":{\"included.custom.audience\":"
          + "\"weft\",\"access.token.claim\":\"true\"}}]";

  private String client(String name, String more) {
    return "{\"clientId\":\""
        + name
        + "\",\"secret\":\""
        + secret
        + "\",\"serviceAccountsEnabled\":true,\"standardFlowEnabled\":false"
        + more
        + "}";
  }

  /** A token that a client of the realm gets for itself. */
  String token(String name) throws Exception {
    return token(
        "weft", "grant_type=client_credentials&client_id=" + name + "&client_secret=" + secret);
  }

  /** A token of another realm, which has keys of its own. */
  String foreign() throws Exception {
    return token(
        "master",
        "grant_type=password&client_id=admin-cli&username=root&password=" + administrator);
  }

  private String token(String realm, String form) throws Exception {
    HttpResponse<String> answer =
        send(
            "POST",
            "/realms/" + realm + "/protocol/openid-connect/token",
            "application/x-www-form-urlencoded",
            form,
            "");
    assertThat(answer.statusCode()).isEqualTo(200);
    return PlantedSecrets.plant(JSON.readTree(answer.body()).path("access_token").asText());
  }

  /** The key that a token says it is signed with. */
  static String keyOf(String token) throws Exception {
    return JSON.readTree(Base64.getUrlDecoder().decode(token.split("\\.")[0])).path("kid").asText();
  }

  /** Signs with a new key from now on; what the old ones signed stays good. */
  void rotate(String algorithm) throws Exception {
    String provider = algorithm.startsWith("ES") ? "ecdsa-generated" : "rsa-generated";
    String options =
        algorithm.startsWith("ES")
            ? "\"ecdsaEllipticCurveKey\":[\"P-256\"]"
            : "\"algorithm\":[\"" + algorithm + "\"]";
    administer(
        "POST",
        "/weft/components",
        "{\"name\":\"next\",\"providerId\":\""
            + provider
            + "\",\"providerType\":\"org.keycloak.keys.KeyProvider\",\"config\":{\"priority\":[\"200\"],"
            + options
            + "}}",
        201);
    administer("PUT", "/weft", "{\"defaultSignatureAlgorithm\":\"" + algorithm + "\"}", 204);
  }

  /** Takes the key back that the token is signed with. */
  void takeBack(String token) throws Exception {
    JsonNode keys = JSON.readTree(administer("GET", "/weft/keys", "", 200)).path("keys");
    for (JsonNode key : keys) {
      if (key.path("kid").asText().equals(keyOf(token))) {
        administer("DELETE", "/weft/components/" + key.path("providerId").asText(), "", 204);
        return;
      }
    }
    fail("nobody has that key");
  }

  private String administer(String method, String path, String body, int code) throws Exception {
    HttpResponse<String> answer =
        send(method, "/admin/realms" + path, "application/json", body, foreign());
    assertThat(answer.statusCode()).as("%s %s: %s", method, path, answer.body()).isEqualTo(code);
    return answer.body();
  }

  private HttpResponse<String> send(
      String method, String path, String type, String body, String token) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + http + path))
            .timeout(Duration.ofSeconds(60))
            .method(method, HttpRequest.BodyPublishers.ofString(body));
    if (!type.isEmpty()) {
      request.header("Content-Type", type);
    }
    if (!token.isEmpty()) {
      request.header("Authorization", "Bearer " + token);
    }
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  @Override
  public void close() throws Exception {
    // The script waits for Java, or has become it.
    List<ProcessHandle> children = process.descendants().toList();
    children.forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly().waitFor();
    client.shutdownNow();
  }
}

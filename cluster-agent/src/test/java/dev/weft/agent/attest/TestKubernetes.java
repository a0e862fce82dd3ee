package dev.weft.agent.attest;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weft.parts.Part;
import dev.weft.secrets.PlantedSecrets;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Key;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * A real kube-apiserver and its etcd, on ports of their own, with a certificate that the API server
 * makes itself. No controller and no kubelet: objects are what was written.
 */
final class TestKubernetes implements AutoCloseable {
  static final String ISSUER = "https://kubernetes.default.svc";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path directory;
  private final int port;
  private final String administrator = PlantedSecrets.plant(UUID.randomUUID().toString());
  private final List<Path> knownKeys = new ArrayList<>();
  private final String store;
  private final Process etcd;
  private Process apiServer;
  private HttpClient client;

  /** Starts both; the first key signs the tokens of service accounts. */
  TestKubernetes(Path directory, KeyPair key) throws Exception {
    this.directory = directory;
    List<Integer> ports = freePorts();
    port = ports.get(0);
    Files.writeString(directory.resolve("people.csv"), administrator + ",root,1,system:masters\n");
    store = "http://127.0.0.1:" + ports.get(1);
    String members = "http://127.0.0.1:" + ports.get(2);
    etcd =
        run(
            "etcd",
            Part.ETCD.required().toString(),
            "--data-dir=" + directory.resolve("etcd"),
            "--listen-client-urls=" + store,
            "--advertise-client-urls=" + store,
            "--listen-peer-urls=" + members,
            "--initial-advertise-peer-urls=" + members,
            "--initial-cluster=default=" + members);
    try {
      start(key);
    } catch (Exception | AssertionError e) {
      close();
      throw e;
    }
  }

  private static List<Integer> freePorts() throws IOException {
    List<ServerSocket> held = new ArrayList<>();
    List<Integer> ports = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      held.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
    }
    for (ServerSocket socket : held) {
      ports.add(socket.getLocalPort());
      socket.close();
    }
    return ports;
  }

  private Process run(String name, String... command) throws IOException {
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(directory.resolve(name + ".log").toFile())
        .start();
  }

  /** Starts the API server; tokens are signed with this key, those of earlier keys stay good. */
  void start(KeyPair key) throws Exception {
    PlantedSecrets.plant(key.getPrivate());
    String name = "accounts-" + knownKeys.size();
    Path signing = directory.resolve(name + ".key");
    Files.writeString(signing, pem("PRIVATE KEY", key.getPrivate()));
    Files.writeString(directory.resolve(name + ".pub"), pem("PUBLIC KEY", key.getPublic()));
    knownKeys.add(directory.resolve(name + ".pub"));
    List<String> command =
        new ArrayList<>(
            List.of(
                Part.KUBERNETES.required().toString(),
                "--etcd-servers=" + store,
                "--bind-address=127.0.0.1",
                "--secure-port=" + port,
                "--cert-dir=" + directory.resolve("certificates"),
                "--service-account-issuer=" + ISSUER,
                "--service-account-signing-key-file=" + signing,
                "--authorization-mode=RBAC",
                "--token-auth-file=" + directory.resolve("people.csv"),
                "--service-cluster-ip-range=10.0.0.0/24"));
    knownKeys.forEach(known -> command.add("--service-account-key-file=" + known));
    apiServer = run("api-server", command.toArray(String[]::new));
    for (int i = 0; i < 1200; i++) {
      if (isReady()) {
        return;
      }
      if (!apiServer.isAlive() || !etcd.isAlive()) {
        throw new IllegalStateException("ended: " + log("etcd") + log("api-server"));
      }
      apiServer.waitFor(100, TimeUnit.MILLISECONDS);
    }
    fail("the API server is not ready after 120 s: " + log("api-server"));
  }

  private boolean isReady() throws Exception {
    if (!Files.exists(authorities())) {
      return false;
    }
    try {
      client = HttpClient.newBuilder().sslContext(trusting(authorities())).build();
      return send("GET", "/readyz", "").statusCode() == 200;
    } catch (IOException e) {
      // It does not listen yet.
      return false;
    }
  }

  private static SSLContext trusting(Path file) throws Exception {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    int count = 0;
    for (Certificate one :
        CertificateFactory.getInstance("X.509")
            .generateCertificates(new ByteArrayInputStream(Files.readAllBytes(file)))) {
      store.setCertificateEntry("ca-" + count++, one);
    }
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context;
  }

  private static String pem(String kind, Key key) {
    return "-----BEGIN "
        + kind
        + "-----\n"
        + Base64.getMimeEncoder(64, "\n".getBytes(US_ASCII)).encodeToString(key.getEncoded())
        + "\n-----END "
        + kind
        + "-----\n";
  }

  private String log(String name) throws IOException {
    return Files.readString(directory.resolve(name + ".log"));
  }

  String url() {
    return "https://127.0.0.1:" + port;
  }

  /** PEM of who vouches for the API server. */
  Path authorities() {
    return directory.resolve("certificates/apiserver.crt");
  }

  /** Makes a namespace. */
  void namespace(String name) throws Exception {
    create("/api/v1/namespaces", "{\"metadata\":{\"name\":\"" + name + "\"}}");
  }

  /** Makes a service account. */
  void account(String namespace, String name) throws Exception {
    create(
        "/api/v1/namespaces/" + namespace + "/serviceaccounts",
        "{\"metadata\":{\"name\":\"" + name + "\"}}");
  }

  /** Makes a pod of a service account; gives its uid. */
  String pod(String namespace, String account, String name) throws Exception {
    return create(
            "/api/v1/namespaces/" + namespace + "/pods",
            String.format(
                Locale.ROOT,
                "{\"metadata\":{\"name\":\"%s\"},\"spec\":{\"serviceAccountName\":\"%s\","
                    + "\"containers\":[{\"name\":\"one\",\"image\":\"one\"}]}}",
                name,
                account))
        .path("metadata")
        .path("uid")
        .asText();
  }

  /** A token of ten minutes, bound to nothing. */
  String token(String namespace, String account, String audience) throws Exception {
    return token(namespace, account, audience, "");
  }

  /** A token of ten minutes as a kubelet would project it into a pod. */
  String token(String namespace, String account, String audience, String pod, String uid)
      throws Exception {
    String bound =
        ",\"boundObjectRef\":{\"kind\":\"Pod\",\"apiVersion\":\"v1\",\"name\":\"%s\",\"uid\":\"%s\"}";
    return token(namespace, account, audience, String.format(Locale.ROOT, bound, pod, uid));
  }

  private String token(String namespace, String account, String audience, String bound)
      throws Exception {
    String spec = "{\"spec\":{\"audiences\":[\"" + audience + "\"],\"expirationSeconds\":600";
    return create(
            "/api/v1/namespaces/" + namespace + "/serviceaccounts/" + account + "/token",
            spec + bound + "}}")
        .path("status")
        .path("token")
        .asText();
  }

  /** Lets a service account do what a cluster role may. */
  void bind(String role, String namespace, String account) throws Exception {
    create(
        "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
        String.format(
            Locale.ROOT,
            "{\"metadata\":{\"name\":\"%s-%s\"},\"roleRef\":{\"apiGroup\":\"rbac.authorization.k8s.io\","
                + "\"kind\":\"ClusterRole\",\"name\":\"%s\"},\"subjects\":[{\"kind\":\"ServiceAccount\","
                + "\"namespace\":\"%s\",\"name\":\"%s\"}]}",
            namespace,
            account,
            role,
            namespace,
            account));
  }

  private JsonNode create(String path, String body) throws Exception {
    HttpResponse<String> response = send("POST", path, body);
    assertThat(response.statusCode()).as("%s: %s", path, response.body()).isEqualTo(201);
    return JSON.readTree(response.body());
  }

  void delete(String path) throws Exception {
    assertThat(send("DELETE", path, "").statusCode()).as(path).isEqualTo(200);
  }

  private HttpResponse<String> send(String method, String path, String body) throws Exception {
    return client.send(
        HttpRequest.newBuilder(URI.create(url() + path))
            .timeout(Duration.ofSeconds(20))
            .header("Authorization", "Bearer " + administrator)
            .header("Content-Type", "application/json")
            .method(method, HttpRequest.BodyPublishers.ofString(body))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  /** Ends the API server; its state stays. */
  void stop() throws InterruptedException {
    apiServer.destroyForcibly().waitFor();
  }

  @Override
  public void close() throws Exception {
    if (apiServer != null) {
      stop();
    }
    etcd.destroyForcibly().waitFor();
  }
}

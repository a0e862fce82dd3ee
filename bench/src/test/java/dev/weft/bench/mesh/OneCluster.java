package dev.weft.bench.mesh;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.agent.attest.JoinTokenDocument;
import dev.weft.agent.attest.JoinTokens;
import dev.weft.agent.ca.CertificateLives;
import dev.weft.agent.model.Address;
import dev.weft.agent.model.Evidence;
import dev.weft.agent.model.Instance;
import dev.weft.agent.model.NodeAnnouncement.Role;
import dev.weft.agent.model.ServiceKey;
import dev.weft.agent.model.validate.ExternalServiceDocument;
import dev.weft.agent.model.validate.ServiceRouteDocument;
import dev.weft.agent.replication.ReplicatedMap;
import dev.weft.agent.replication.ResourceFeed;
import dev.weft.agent.replication.StoredResources;
import dev.weft.agent.replication.StoredResources.Change;
import dev.weft.agent.replication.infinispan.InfinispanMaps;
import dev.weft.agent.state.Delta;
import dev.weft.agent.store.ResourceStore;
import dev.weft.agent.xds.AgentUnderTest;
import dev.weft.fakes.ByteEcho;
import dev.weft.policy.document.Document;
import dev.weft.proxy.bootstrap.Bootstrap;
import dev.weft.proxy.config.HostPort;
import dev.weft.proxy.testing.FakeOrigin;
import dev.weft.proxy.testing.FakeOrigin.Script;
import dev.weft.proxy.testing.RunningSidecar;
import dev.weft.secrets.PlantedSecrets;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A cluster's agent and the sidecars of its services: what is written to the agent is compiled for
 * each of them, and what they tell each other is mutual TLS with the agent's certificates.
 */
final class OneCluster implements AutoCloseable {
  private final Path directory;
  private final Vertx vertx = Vertx.vertx();
  private final AgentUnderTest agent;
  private final InfinispanMaps maps = InfinispanMaps.single();
  private final StoredResources written;
  private final Deque<AutoCloseable> parts = new ArrayDeque<>();

  OneCluster(Path directory) throws Exception {
    this(directory, CertificateLives.DEFAULT);
  }

  /** With other lives of certificates. */
  OneCluster(Path directory, CertificateLives lives) throws Exception {
    this.directory = directory;
    this.agent =
        new AgentUnderTest(directory.resolve("agent"), "east", lives, InstantSource.system());
    ReplicatedMap map = maps.map("written");
    map.subscribe(new ResourceFeed(agent.state));
    this.written = new StoredResources(new ResourceStore(directory.resolve("written")), map);
  }

  /** The agent. */
  AgentUnderTest agent() {
    return agent;
  }

  /** A service of one instance, which answers with the service's name. */
  RunningSidecar serve(String service) throws Exception {
    FakeOrigin application = FakeOrigin.http1(Script.ok(service));
    parts.push(application);
    RunningSidecar sidecar =
        sidecar("default", service, List.of(new HostPort("127.0.0.1", application.port())));
    agent.register(service, service + "-1", application.port());
    return sidecar;
  }

  /** A service of one instance that is there already and speaks HTTP/2. */
  void front(String service, int port) throws Exception {
    var _ = sidecar("default", service, List.of(new HostPort("127.0.0.1", port)));
    register(service, port, "grpc");
  }

  /** A service of one instance that carries no requests and sends back what it gets. */
  RunningSidecar echo(String service) throws Exception {
    ByteEcho application = new ByteEcho();
    parts.push(application);
    RunningSidecar sidecar =
        sidecar("default", service, List.of(new HostPort("127.0.0.1", application.port())));
    register(service, application.port(), "tcp");
    return sidecar;
  }

  private void register(String service, int port, String protocol) {
    ServiceKey key = new ServiceKey("default", service);
    agent.state.submit(
        new Delta.ServiceInstances(
            key,
            List.of(
                new Instance(
                    service + "-1",
                    key,
                    new Address("127.0.0.1", port),
                    1,
                    Map.of(),
                    List.of(),
                    Map.of("protocol", protocol),
                    new Evidence(
                        Evidence.Health.PASSING, Evidence.Source.REGISTRY_CHECK, "", 0)))));
  }

  /** The sidecar of an application that only calls. */
  RunningSidecar caller(String namespace, String account) throws Exception {
    RunningSidecar sidecar = sidecar(namespace, account, List.of());
    sidecar.awaitReady();
    return sidecar;
  }

  /** The sidecar of an application that only calls, which enrols by a token of an issuer. */
  RunningSidecar caller(String namespace, String account, String token) throws Exception {
    return sidecar(namespace, account, List.of(), token);
  }

  private RunningSidecar sidecar(String namespace, String account, List<HostPort> applications)
      throws Exception {
    JoinTokens.Created token =
        (JoinTokens.Created)
            agent.tokens.create(
                new JoinTokenDocument(
                    namespace, account, Set.of(), Role.SIDECAR, Duration.ofMinutes(15), 1));
    return sidecar(namespace, account, applications, token.token());
  }

  private RunningSidecar sidecar(
      String namespace, String account, List<HostPort> applications, String token)
      throws Exception {
    String id = namespace + "-" + account + "-1";
    RunningSidecar sidecar =
        RunningSidecar.start(
            directory.resolve(id),
            new Bootstrap.Node(id, "east", "demo", namespace, account, Bootstrap.Role.SIDECAR),
            new RunningSidecar.Agent(
                new HostPort("127.0.0.1", agent.port.port()),
                Files.readString(directory.resolve("agent/ca/bundle.pem")),
                PlantedSecrets.plant(token)),
            applications,
            vertx);
    parts.push(sidecar);
    return sidecar;
  }

  /**
   * Writes a route.
   *
   * @param spec as YAML
   */
  void write(String namespace, String name, String spec) throws IOException {
    write(ServiceRouteDocument.KIND, "ServiceRoute", namespace, name, spec);
  }

  /**
   * Writes an external service of the namespace {@code default}.
   *
   * @param spec as YAML
   */
  void writeExternal(String name, String spec) throws IOException {
    write(ExternalServiceDocument.KIND, "ExternalService", "default", name, spec);
  }

  private void write(String kind, String document, String namespace, String name, String spec)
      throws IOException {
    String text = "apiVersion: mesh.weft.dev/v1\nkind: " + document + "\nspec: " + spec + "\n";
    if (!(Document.parse(text.getBytes(UTF_8), Document.Format.YAML)
        instanceof Document.Parsed(JsonNode tree))) {
      throw new IOException("not a document: " + text);
    }
    written.change(kind, namespace, name, present -> new Change.Write(tree));
  }

  /** Removes a route. */
  void remove(String namespace, String name) throws IOException {
    written.change(ServiceRouteDocument.KIND, namespace, name, present -> new Change.Remove());
  }

  /** Removes all routes. */
  void removeAll() throws IOException {
    for (String key : written.list(ServiceRouteDocument.KIND).keySet()) {
      String[] names = key.split("/", -1);
      remove(names[0], names[1]);
    }
  }

  @Override
  public void close() throws Exception {
    while (!parts.isEmpty()) {
      parts.pop().close();
    }
    agent.close();
    maps.close();
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }
}

package dev.weft.bench.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.agent.model.ServiceKey;
import dev.weft.agent.state.Delta;
import dev.weft.policy.identity.SpiffeId;
import dev.weft.policy.identity.TrustDomain;
import dev.weft.policy.istio.Attachment;
import dev.weft.policy.istio.Attribute;
import dev.weft.policy.istio.AuthorizationPolicy;
import dev.weft.policy.istio.AuthorizationPolicy.Action;
import dev.weft.policy.istio.AuthorizationPolicy.Rule;
import dev.weft.policy.istio.AuthorizationPolicy.Term;
import dev.weft.policy.istio.PolicyName;
import dev.weft.policy.istio.Provider;
import dev.weft.policy.istio.Provider.Host;
import dev.weft.policy.server.CheckService;
import dev.weft.policy.server.DecisionLog;
import dev.weft.policy.server.Policies;
import dev.weft.proxy.testing.RawClient;
import dev.weft.proxy.testing.RunningSidecar;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A {@code CUSTOM} policy has a sidecar ask the policy server, which decides by Istio's policies of
 * its own: agent, sidecars and server are real, and the server is killed and comes back.
 */
class AskedPolicyServerTest {
  private static final Duration LONG = Duration.ofSeconds(90);
  private static final List<List<Term>> ASKED =
      List.of(List.of(new Term(Attribute.PATH, "", List.of("/asked/*"), List.of())));

  @TempDir Path directory;

  private static Server serve(Policies policies, ExecutorService threads, int port)
      throws IOException {
    return NettyServerBuilder.forAddress(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
        .executor(threads)
        .addService(new CheckService(policies, new DecisionLog(Clock.systemUTC())))
        .build()
        .start();
  }

  private static int pay(RunningSidecar caller, String path) throws IOException {
    try (RawClient client = RawClient.to(caller.outbound().port())) {
      return client
          .send("GET " + path + " HTTP/1.1\r\nhost: payments.default.mesh\r\n\r\n")
          .read()
          .status();
    }
  }

  private static void awaitStatus(RunningSidecar caller, String path, int status) {
    await().atMost(LONG).until(() -> pay(caller, path), found -> found == status);
  }

  private static void write(Path policies, String paths) throws IOException {
    write(
        policies,
        "payments",
        "    to: [{operation: {paths: ["
            + paths
            + "]}}]\n"
            // The sidecar tells the name that it was called by.
            + "    when: [{key: connection.sni, values: ['*.payments.default.east.demo']}]\n");
  }

  /** Orders may call it. */
  private static void write(Path policies, String service, String operations) throws IOException {
    Path next =
        Files.writeString(
            policies.resolve(".next"),
            "apiVersion: security.istio.io/v1\n"
                + "kind: AuthorizationPolicy\n"
                + "metadata: {namespace: default, name: "
                + service
                + "}\n"
                + "spec:\n"
                + "  selector: {matchLabels: {app: "
                + service
                + "}}\n"
                + "  rules:\n"
                + "  - from: [{source: {principals: [cluster.local/ns/default/sa/orders]}}]\n"
                + operations);
    Files.move(
        next,
        policies.resolve(service + ".yaml"),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }

  private static Policies policies(Path written) {
    return new Policies(
        written,
        new TrustDomain("east.demo"),
        "weft-system",
        Duration.ofMillis(20),
        InstantSource.system());
  }

  @Test
  void theServerAllowsDeniesIsKilledAndComesBack() throws Exception {
    Path written = Files.createDirectory(directory.resolve("policies"));
    write(written, "/asked/yes");
    try (OneCluster mesh = new OneCluster(directory);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        Policies policies = policies(written)) {
      Server server = serve(policies, threads, 0);
      int port = server.getPort();
      try {
        mesh.serve("payments");
        RunningSidecar orders = mesh.caller("default", "orders");
        RunningSidecar audit = mesh.caller("default", "audit");
        awaitStatus(orders, "/", 200);
        configure(mesh, outside(port), false);
        mesh.agent().state.submit(new Delta.SecurityWritten(asking("payments", ASKED)));

        awaitStatus(orders, "/asked/no", 403);
        awaitStatus(orders, "/asked/yes", 200);
        assertThat(pay(orders, "/")).as("nobody is asked").isEqualTo(200);
        awaitStatus(audit, "/", 200);
        assertThat(pay(audit, "/asked/yes")).as("another caller").isEqualTo(403);

        server.shutdownNow();
        server.awaitTermination();
        awaitStatus(orders, "/asked/yes", 403);
        assertThat(pay(orders, "/")).as("nobody is asked").isEqualTo(200);
        server = serve(policies, threads, port);
        awaitStatus(orders, "/asked/yes", 200);

        write(written, "/asked/no");
        awaitStatus(orders, "/asked/no", 200);
        assertThat(pay(orders, "/asked/yes")).isEqualTo(403);

        // The same server as a service of the mesh, behind a sidecar, over mutual TLS.
        configure(mesh, new Host.Service("default", "policies"), false);
        awaitStatus(orders, "/asked/no", 403);
        mesh.front("policies", port);
        awaitStatus(orders, "/asked/no", 200);
        assertThat(pay(orders, "/asked/yes")).isEqualTo(403);
      } finally {
        server.shutdownNow();
      }
    }
  }

  @Test
  void connectionsWithoutRequestsAreAskedAboutToo() throws Exception {
    Path written = Files.createDirectory(directory.resolve("policies"));
    write(written, "ledger", "");
    try (OneCluster mesh = new OneCluster(directory);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        Policies policies = policies(written)) {
      Server server = serve(policies, threads, 0);
      int port = server.getPort();
      try {
        RunningSidecar ledger = mesh.echo("ledger");
        BytesCaller orders = caller(mesh, "orders");
        BytesCaller audit = caller(mesh, "audit");
        ledger.awaitInbound();
        awaitPasses(mesh, ledger, audit, true);
        configure(mesh, outside(port), false);
        mesh.agent().state.submit(new Delta.SecurityWritten(asking("ledger", List.of())));

        awaitPasses(mesh, ledger, audit, false);
        awaitPasses(mesh, ledger, orders, true);

        server.shutdownNow();
        server.awaitTermination();
        awaitPasses(mesh, ledger, orders, false);
        configure(mesh, outside(port), true);
        awaitPasses(mesh, ledger, audit, true);
        server = serve(policies, threads, port);
        awaitPasses(mesh, ledger, audit, false);
        awaitPasses(mesh, ledger, orders, true);

        // The same server as a service of the mesh, behind a sidecar, over mutual TLS.
        configure(mesh, new Host.Service("default", "policies"), false);
        awaitPasses(mesh, ledger, orders, false);
        mesh.front("policies", port);
        awaitPasses(mesh, ledger, orders, true);
        awaitPasses(mesh, ledger, audit, false);
      } finally {
        server.shutdownNow();
      }
    }
  }

  private static BytesCaller caller(OneCluster mesh, String account) throws Exception {
    return new BytesCaller(
        mesh.agent().authority, SpiffeId.parse("spiffe://east.demo/ns/default/sa/" + account));
  }

  private static void awaitPasses(
      OneCluster mesh, RunningSidecar ledger, BytesCaller caller, boolean passes) {
    ServiceKey service = new ServiceKey("default", "ledger");
    int port =
        mesh.agent().state.current().instances().get(service).values().stream()
            .map(instance -> instance.address().port())
            .findFirst()
            .orElseThrow();
    String serverName = port + ".ledger.default.east.demo";
    await()
        .atMost(LONG)
        .ignoreExceptions()
        .until(() -> caller.passes(ledger.inbound(), serverName) == passes);
  }

  private static Host outside(int port) {
    return new Host.Outside("127.0.0.1", port, List.of("127.0.0.1"));
  }

  private static void configure(OneCluster mesh, Host host, boolean failOpen) {
    mesh.agent()
        .state
        .submit(
            new Delta.ProvidersConfigured(
                List.of(
                    new Provider(
                        "policies",
                        host,
                        5_000,
                        failOpen,
                        0,
                        false,
                        Optional.empty(),
                        new Provider.Protocol.Grpc()))));
  }

  /**
   * @param to each alternative's terms; empty: everything is asked about
   */
  private static AuthorizationPolicy asking(String service, List<List<Term>> to) {
    return new AuthorizationPolicy(
        new PolicyName("default", "ask"),
        new Attachment.Labels(Map.of("app", service)),
        Action.CUSTOM,
        "policies",
        false,
        List.of(new Rule(List.of(), to, List.of())));
  }
}

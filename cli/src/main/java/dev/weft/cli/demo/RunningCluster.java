package dev.weft.cli.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One cluster's processes. One thread. */
final class RunningCluster {
  private final Installation installation;
  private final Layout.Cluster plan;
  private final Path agentConfiguration;
  private final @Nullable Child consul;
  private Child agent;
  private final Api api;
  private final Api registry;
  private final List<RunningInstance> instances = new ArrayList<>();
  private @Nullable Child gateway;

  private RunningCluster(
      Installation installation,
      Layout.Cluster plan,
      Path agentConfiguration,
      @Nullable Child consul,
      Child agent) {
    this.installation = installation;
    this.plan = plan;
    this.agentConfiguration = agentConfiguration;
    this.consul = consul;
    this.agent = agent;
    this.api = new Api(plan.apiPort(), plan.directory().resolve("data/admin-token"));
    this.registry = new Api(plan.registryPort(), plan.directory().resolve("no-token"));
  }

  /** Starts the agent, and a real Consul beside it where one is given. */
  static RunningCluster start(
      Installation installation, Layout layout, Layout.Cluster plan, @Nullable Path consulBinary)
      throws IOException {
    Files.createDirectories(plan.directory());
    Path configuration = Bootstraps.agent(layout, plan, consulBinary != null);
    Child consul =
        consulBinary == null
            ? null
            : Child.start("consul", plan.directory(), consulCommand(consulBinary, plan));
    Child agent = Child.start("agent", plan.directory(), installation.agent(configuration));
    return new RunningCluster(installation, plan, configuration, consul, agent);
  }

  /** Once the agent answers: gateway, sidecars and applications. */
  void startWorkloads() throws IOException {
    Path directory = Files.createDirectories(plan.directory().resolve("gateway"));
    Path bootstrap =
        Bootstraps.gateway(directory, plan, joinToken("weft-system", "gateway", "gateway"));
    gateway = Child.start("gateway", directory, installation.gateway(bootstrap));
    for (Layout.Instance instance : plan.instances()) {
      String token = joinToken("default", instance.service(), "sidecar");
      instances.add(RunningInstance.start(installation, plan, instance, token));
    }
  }

  /**
   * Registers the instances through Consul's API, exports payments to the peer, and sets the
   * failover policy.
   */
  void configure(String peer, Duration perTry) throws IOException {
    for (Layout.Instance instance : plan.instances()) {
      registry.send("PUT", "/v1/agent/service/register", registration(instance, perTry));
    }
    export("payments", peer);
    callPayments("local", peer);
  }

  /** Calls go to the peer's payments, through the gateways, as long as it has some. */
  void prefer(String peer) throws IOException {
    callPayments(peer, "local");
  }

  private void callPayments(String first, String then) throws IOException {
    api.send(
        "PUT",
        "/api/v1/namespaces/default/failover-policies/payments",
        String.format(
            Locale.ROOT,
            """
            {"apiVersion": "mesh.weft.dev/v1", "kind": "FailoverPolicy",
             "metadata": {"namespace": "default", "name": "payments"},
             "spec": {"selector": {"service": "payments"}, "targets": ["%s", "%s"], "threshold": 50}}
            """,
            first,
            then));
  }

  /** Starts one more instance, and exports its service to the peer. */
  void startFurther(Layout.Instance instance, String peer) throws IOException {
    instances.add(
        RunningInstance.start(
            installation, plan, instance, joinToken("default", instance.service(), "sidecar")));
    export(instance.service(), peer);
  }

  /** Exports a service to the peer. */
  void export(String service, String peer) throws IOException {
    api.send(
        "PUT",
        "/api/v1/namespaces/default/service-exports/" + service,
        String.format(
            Locale.ROOT,
            """
            {"apiVersion": "multicluster.x-k8s.io/v1alpha1", "kind": "ServiceExport",
             "metadata": {"namespace": "default", "name": "%s",
                          "annotations": {"mesh.weft.dev/consumers": "%s"}}}
            """,
            service,
            peer));
  }

  Layout.Cluster plan() {
    return plan;
  }

  Api api() {
    return api;
  }

  Api registry() {
    return registry;
  }

  Child agent() {
    return agent;
  }

  /** Starts the agent again after it was killed. */
  void startAgentAgain() throws IOException {
    agent = Child.start("agent", plan.directory(), installation.agent(agentConfiguration));
  }

  List<RunningInstance> instances() {
    return instances;
  }

  /** The instances of payments. */
  List<RunningInstance> payments() {
    return instances.stream().filter(i -> i.plan().service().equals("payments")).toList();
  }

  /** Every process, those that end first at the front. */
  List<Child> children() {
    return Stream.concat(
            instances.stream().flatMap(i -> Stream.of(i.application(), i.sidecar())),
            Stream.of(gateway, agent, consul))
        .filter(child -> child != null)
        .toList();
  }

  private String joinToken(String namespace, String account, String role) throws IOException {
    String services = role.equals("sidecar") ? "\"" + account + "\"" : "";
    return api.send(
            "POST",
            "/api/v1/join-tokens",
            String.format(
                Locale.ROOT,
                """
                {"namespace": "%s", "serviceAccount": "%s", "services": [%s], "role": "%s", "ttlSeconds": 900, "uses": 1}
                """,
                namespace,
                account,
                services,
                role))
        .path("token")
        .asText();
  }

  static String registration(Layout.Instance instance, Duration perTry) {
    return String.format(
        Locale.ROOT,
        """
        {"ID": "%s", "Name": "%s", "Address": "127.0.0.1", "Port": %d,
         "Meta": {"protocol": "http", "weft-per-try-timeout": "%dms"},
         "Check": {"HTTP": "http://127.0.0.1:%d/health", "Interval": "1s", "Timeout": "500ms"}}
        """,
        instance.id(),
        instance.service(),
        instance.appPort(),
        perTry.toMillis(),
        instance.appPort());
  }

  private static List<String> consulCommand(Path consul, Layout.Cluster plan) {
    return List.of(
        consul.toString(),
        "agent",
        "-dev",
        "-node=" + plan.name(),
        "-datacenter=" + plan.name(),
        "-bind=127.0.0.1",
        "-client=127.0.0.1",
        "-ui=false",
        "-http-port=" + plan.registryPort(),
        "-dns-port=-1",
        "-grpc-port=-1",
        "-grpc-tls-port=-1",
        "-serf-wan-port=-1",
        "-server-port=" + plan.consulPort(),
        "-serf-lan-port=" + plan.gossipPort());
  }
}

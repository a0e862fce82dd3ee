package dev.weft.bench.peer;

import dev.weft.bench.machine.Child;
import dev.weft.bench.machine.JvmArguments;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Weft's sidecar as users start it. Its identity is in its data directory as if an agent had signed
 * it; its configuration comes by delta ADS over mutual TLS as an agent sends it.
 */
public final class WeftPeer implements Peer {
  private final String name;
  private final List<String> command;

  private WeftPeer(String name, List<String> command) {
    this.name = name;
    this.command = List.copyOf(command);
  }

  /**
   * By what {@code ./weft} sets.
   *
   * @param name for the table
   * @param jvmArguments further ones; blank: none
   */
  public static WeftPeer of(String name, Path home, String java, String jvm, String jvmArguments) {
    Path target = home.resolve("proxy/target");
    List<String> command = new ArrayList<>(List.of(java));
    command.addAll(JvmArguments.of(jvm, jvmArguments));
    Path cache = target.resolve("weft-proxy.aot");
    if (Files.exists(cache)) {
      command.add("-XX:AOTCache=" + cache);
      command.add("-Xlog:aot=off");
    }
    command.add("-jar");
    command.add(target.resolve("weft-proxy-0.1.0-SNAPSHOT-runner.jar").toString());
    return new WeftPeer(name, command);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public boolean serves(Topology topology) {
    return true;
  }

  @Override
  public boolean compilesAsItRuns() {
    return true;
  }

  @Override
  public Fleet start(Topology topology, Ground ground) throws IOException {
    int port = ground.freePort();
    int backend = ground.backend(topology);
    String roots = ground.authority().root();
    Site site = new Site(ground);
    switch (topology) {
      case HTTP1 -> client(site, port, Resources.outbound("http1", port, backend, roots));
      case HTTP2 -> client(site, port, Resources.outbound("http2", port, backend, roots));
      case TCP -> client(site, port, Resources.tcp(port, backend, roots));
      case INBOUND -> server(site, port, Resources.inbound(port, backend, roots));
      case PAIR, POLICY -> {
        int inner = ground.freePort();
        server(site, inner, Resources.server(topology, inner, backend, ground.authority()));
        client(site, port, Resources.outbound("mtls", port, inner, roots));
      }
    }
    return new Fleet(port, site.children, site.servers);
  }

  private void client(Site site, int port, List<Resources.Named> resources) throws IOException {
    start(site, "orders", site.ground.freePort(), port, resources);
  }

  private void server(Site site, int port, List<Resources.Named> resources) throws IOException {
    start(site, "payments", port, site.ground.freePort(), resources);
  }

  private void start(
      Site site, String account, int inbound, int outbound, List<Resources.Named> resources)
      throws IOException {
    Ground ground = site.ground;
    String node = name + "-" + account + "-" + inbound;
    Path directory = ground.directory(node);
    ResourceServer agent = ResourceServer.agent(node, resources, ground.authority());
    site.servers.add(agent);
    Files.writeString(directory.resolve("roots.pem"), ground.authority().root());
    NodeFiles.write(
        ground.directory(node + "/data"),
        ground.authority().svid(account),
        ground.authority().root());
    Files.writeString(
        directory.resolve("bootstrap.yaml"),
        String.format(
            Locale.ROOT,
            """
            node: {id: %s, cluster: east, mesh: demo, namespace: default, serviceAccount: %s, role: sidecar}
            agent: {addresses: ["127.0.0.1:%d"], bundle: roots.pem}
            inbound: {address: "127.0.0.1:%d", workloads: [{address: "127.0.0.1:9001"}]}
            outbound: {address: "127.0.0.1:%d"}
            admin: {address: "127.0.0.1:%d"}
            dataDir: data
            workers: 1
            accessLog: access.log
            """,
            node,
            account,
            agent.port(),
            inbound,
            outbound,
            ground.freePort()));
    List<String> whole = new ArrayList<>(command.subList(0, command.size() - 2));
    whole.add("-Dweft.bootstrap=" + directory.resolve("bootstrap.yaml"));
    whole.addAll(command.subList(command.size() - 2, command.size()));
    site.children.add(Child.start(node, directory, ground.cores().proxy(), whole, Map.of()));
  }

  /** What a start makes. */
  private static final class Site {
    private final Ground ground;
    private final List<Child> children = new ArrayList<>();
    private final List<AutoCloseable> servers = new ArrayList<>();

    Site(Ground ground) {
      this.ground = ground;
    }
  }
}

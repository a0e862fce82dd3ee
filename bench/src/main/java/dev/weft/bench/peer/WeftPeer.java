package dev.weft.bench.peer;

import dev.weft.bench.machine.Child;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Weft's sidecar as users start it. Identity and configuration are in its data directory as if an
 * agent had sent them, so that no agent runs beside the measurement.
 */
public final class WeftPeer implements Peer {
  private final List<String> command;

  /** With the command line without its {@code -Dweft.bootstrap}, the last two being -jar. */
  public WeftPeer(List<String> command) {
    this.command = List.copyOf(command);
  }

  /**
   * By what {@code ./weft} sets.
   *
   * @param jvmArguments further ones; blank: none
   */
  public static WeftPeer of(Path home, String java, String jvm, String jvmArguments) {
    Path target = home.resolve("proxy/target");
    List<String> command = new ArrayList<>(List.of(java));
    for (String argument : (jvm + " " + jvmArguments).strip().split(" +", -1)) {
      if (!argument.isEmpty()) {
        command.add(argument);
      }
    }
    Path cache = target.resolve("weft-proxy.aot");
    if (Files.exists(cache)) {
      command.add("-XX:AOTCache=" + cache);
      command.add("-Xlog:aot=off");
    }
    command.add("-jar");
    command.add(target.resolve("weft-proxy-0.1.0-SNAPSHOT-runner.jar").toString());
    return new WeftPeer(command);
  }

  @Override
  public String name() {
    return "weft";
  }

  @Override
  public boolean serves(Topology topology) {
    return true;
  }

  @Override
  public Fleet start(Topology topology, Ground ground) throws IOException {
    int port = ground.freePort();
    int backend = ground.backend(topology);
    String roots = ground.authority().root();
    List<Child> children = new ArrayList<>();
    switch (topology) {
      case HTTP1 ->
          children.add(client(ground, port, Resources.outbound("http1", port, backend, roots)));
      case HTTP2 ->
          children.add(client(ground, port, Resources.outbound("http2", port, backend, roots)));
      case TCP -> children.add(client(ground, port, Resources.tcp(port, backend, roots)));
      case INBOUND -> children.add(server(ground, port, Resources.inbound(port, backend, roots)));
      case PAIR -> {
        int inner = ground.freePort();
        children.add(server(ground, inner, Resources.inbound(inner, backend, roots)));
        children.add(client(ground, port, Resources.outbound("mtls", port, inner, roots)));
      }
    }
    return new Fleet(port, children, List.of());
  }

  private Child client(Ground ground, int port, List<Resources.Named> resources)
      throws IOException {
    return start(ground, "orders", ground.freePort(), port, resources);
  }

  private Child server(Ground ground, int port, List<Resources.Named> resources)
      throws IOException {
    return start(ground, "payments", port, ground.freePort(), resources);
  }

  private Child start(
      Ground ground, String account, int inbound, int outbound, List<Resources.Named> resources)
      throws IOException {
    String name = "weft-" + account + "-" + inbound;
    Path directory = ground.directory(name);
    Files.writeString(directory.resolve("roots.pem"), ground.authority().root());
    NodeFiles.write(
        ground.directory(name + "/data"),
        Authority.uri(account),
        ground.authority().svid(account),
        ground.authority().root(),
        resources);
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
            name,
            account,
            ground.freePort(),
            inbound,
            outbound,
            ground.freePort()));
    List<String> whole = new ArrayList<>(command.subList(0, command.size() - 2));
    whole.add("-Dweft.bootstrap=" + directory.resolve("bootstrap.yaml"));
    whole.addAll(command.subList(command.size() - 2, command.size()));
    return Child.start(name, directory, ground.cores().proxy(), whole, Map.of());
  }
}

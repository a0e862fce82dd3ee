package dev.weft.bench.peer;

import dev.weft.bench.machine.Child;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Envoy with one worker, fed with Weft's resources by delta ADS, with an access log. */
public final class EnvoyPeer implements Peer {
  private final Path binary;

  /** With the executable. */
  public EnvoyPeer(Path binary) {
    this.binary = binary;
  }

  @Override
  public String name() {
    return "envoy";
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
    List<AutoCloseable> servers = new ArrayList<>();
    switch (topology) {
      case HTTP1 ->
          start(
              ground,
              "orders",
              Resources.outbound("http1", port, backend, roots),
              children,
              servers);
      case HTTP2 ->
          start(
              ground,
              "orders",
              Resources.outbound("http2", port, backend, roots),
              children,
              servers);
      case TCP -> start(ground, "orders", Resources.tcp(port, backend, roots), children, servers);
      case INBOUND ->
          start(ground, "payments", Resources.inbound(port, backend, roots), children, servers);
      case PAIR, POLICY -> {
        int inner = ground.freePort();
        start(
            ground,
            "payments",
            Resources.server(topology, inner, backend, ground.authority()),
            children,
            servers);
        start(ground, "orders", Resources.outbound("mtls", port, inner, roots), children, servers);
      }
    }
    return new Fleet(port, children, servers);
  }

  private void start(
      Ground ground,
      String account,
      List<Resources.Named> resources,
      List<Child> children,
      List<AutoCloseable> servers)
      throws IOException {
    int admin = ground.freePort();
    String name = "envoy-" + account + "-" + admin;
    Path directory = ground.directory(name);
    List<Resources.Named> logging = new ArrayList<>();
    for (Resources.Named one : resources) {
      logging.add(EnvoyAccessLog.added(one, directory.resolve("access.log")));
    }
    ResourceServer server = ResourceServer.plain(name, logging);
    servers.add(server);
    Authority.Svid svid = ground.authority().svid(account);
    Files.writeString(
        directory.resolve("bootstrap.json"),
        Templates.fill(
            "envoy.json",
            Map.of(
                "NODE", name,
                "ADMIN", Integer.toString(admin),
                "CONTROL", Integer.toString(server.port()),
                "CERTIFICATE", svid.certificate().replace("\n", "\\n"),
                "KEY", svid.key().replace("\n", "\\n"))));
    children.add(
        Child.start(
            name,
            directory,
            ground.cores().proxy(),
            List.of(
                binary.toString(),
                "--config-path",
                "bootstrap.json",
                "--disable-hot-restart",
                "--concurrency",
                "1",
                "--log-level",
                "warning"),
            Map.of()));
  }
}

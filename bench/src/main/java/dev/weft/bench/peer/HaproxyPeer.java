package dev.weft.bench.peer;

import dev.weft.bench.machine.Child;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * HAProxy, one thread, without log. Between its two it speaks HTTP/1.1 over mutual TLS, which costs
 * it less than HTTP/2.
 */
public final class HaproxyPeer implements Peer {
  private final Path binary;

  /** With the executable. */
  public HaproxyPeer(Path binary) {
    this.binary = binary;
  }

  @Override
  public String name() {
    return "haproxy";
  }

  @Override
  public boolean serves(Topology topology) {
    return topology != Topology.POLICY;
  }

  @Override
  public Fleet start(Topology topology, Ground ground) throws IOException {
    int port = ground.freePort();
    int backend = ground.backend(topology);
    List<Child> children = new ArrayList<>();
    String server = "ssl crt payments.pem ca-file roots.pem verify required alpn h2,http/1.1";
    switch (topology) {
      case HTTP1 -> children.add(start(ground, "http", port, "", backend, ""));
      case HTTP2 -> children.add(start(ground, "http", port, "proto h2", backend, "proto h2"));
      case TCP -> children.add(start(ground, "tcp", port, "", backend, ""));
      case INBOUND -> children.add(start(ground, "http", port, server, backend, ""));
      case PAIR -> {
        int inner = ground.freePort();
        children.add(start(ground, "http", inner, server, backend, ""));
        children.add(
            start(
                ground,
                "http",
                port,
                "",
                inner,
                "ssl crt orders.pem ca-file roots.pem verify required sni str("
                    + Ground.SERVER_NAME
                    + ")"));
      }
      case POLICY -> throw new IllegalArgumentException("HAProxy for " + topology);
    }
    return new Fleet(port, children, List.of());
  }

  private Child start(Ground ground, String mode, int port, String bind, int to, String server)
      throws IOException {
    String name = "haproxy-" + port;
    Path directory = ground.directory(name);
    Files.writeString(directory.resolve("roots.pem"), ground.authority().root());
    for (String account : List.of("orders", "payments")) {
      Authority.Svid svid = ground.authority().svid(account, Ground.SERVER_NAME);
      Files.writeString(directory.resolve(account + ".pem"), svid.certificate() + svid.key());
    }
    Files.writeString(
        directory.resolve("haproxy.cfg"),
        Templates.fill(
            "haproxy.cfg",
            Map.of(
                "MODE",
                mode,
                "HTTP",
                mode.equals("http") ? "http-reuse always\n  timeout http-request 10s" : "",
                "LISTEN",
                Integer.toString(port),
                "BIND",
                bind,
                "TO",
                Integer.toString(to),
                "SERVER",
                server)));
    return Child.start(
        name,
        directory,
        ground.cores().proxy(),
        List.of(binary.toString(), "-db", "-f", "haproxy.cfg"),
        Map.of());
  }
}

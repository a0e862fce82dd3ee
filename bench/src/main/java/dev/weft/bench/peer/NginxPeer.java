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
 * nginx, without access log. Between its two it speaks HTTP/1.1 over mutual TLS, and behind HTTP/2
 * HTTP/1.1, since it knows no other; gRPC requests it passes on as HTTP/2.
 */
public final class NginxPeer implements Peer {
  private static final String PASS =
      "proxy_http_version 1.1; proxy_set_header Connection \"\"; proxy_set_header Host $host; ";

  private static final String PASS_TLS =
      "proxy_ssl_protocols TLSv1.3; proxy_ssl_verify on; proxy_ssl_name payments; "
          + "proxy_ssl_trusted_certificate $DIR/roots.pem; proxy_ssl_certificate $DIR/orders.pem; "
          + "proxy_ssl_certificate_key $DIR/orders.key; proxy_pass https://to;";

  private final Path binary;

  /** With the executable. */
  public NginxPeer(Path binary) {
    this.binary = binary;
  }

  @Override
  public String name() {
    return "nginx";
  }

  @Override
  public boolean serves(Topology topology) {
    return topology != Topology.TCP && topology != Topology.POLICY;
  }

  @Override
  public Fleet start(Topology topology, Ground ground) throws IOException {
    int port = ground.freePort();
    int backend = ground.backend(topology);
    List<Child> children = new ArrayList<>();
    String plain = PASS + "proxy_pass http://to;";
    switch (topology) {
      case HTTP1 -> children.add(start(ground, "", port, backend, plain));
      case HTTP2 -> children.add(start(ground, " http2", port, backend, "grpc_pass grpc://to;"));
      case INBOUND -> children.add(start(ground, " ssl", port, backend, plain));
      case PAIR -> {
        int inner = ground.freePort();
        children.add(start(ground, " ssl", inner, backend, plain));
        children.add(start(ground, "", port, inner, PASS + PASS_TLS));
      }
      case TCP, POLICY -> throw new IllegalArgumentException("nginx for " + topology);
    }
    return new Fleet(port, children, List.of());
  }

  private Child start(Ground ground, String how, int port, int to, String pass) throws IOException {
    String name = "nginx-" + port;
    Path directory = ground.directory(name);
    String listen =
        String.format(Locale.ROOT, "listen 127.0.0.1:%d%s;", port, how)
            + (how.contains("ssl")
                ? " ssl_verify_client on; ssl_client_certificate "
                    + directory.resolve("roots.pem")
                    + "; "
                    + certificate(ground, directory, "payments", "ssl_")
                : "");
    String passing = pass.replace("$DIR", directory.toString());
    if (pass.contains("proxy_ssl_")) {
      certificate(ground, directory, "orders", "proxy_ssl_");
    }
    Files.writeString(
        directory.resolve("nginx.conf"),
        Templates.fill(
            "nginx.conf",
            Map.of(
                "DIR",
                directory.toString(),
                "TO",
                Integer.toString(to),
                "LISTEN",
                listen,
                "PASS",
                passing)));
    return Child.start(
        name,
        directory,
        ground.cores().proxy(),
        List.of(binary.toString(), "-c", directory.resolve("nginx.conf").toString()),
        Map.of());
  }

  private static String certificate(Ground ground, Path directory, String account, String prefix)
      throws IOException {
    Authority.Svid svid = ground.authority().svid(account);
    Files.writeString(directory.resolve("roots.pem"), ground.authority().root());
    Files.writeString(directory.resolve(account + ".pem"), svid.certificate());
    Files.writeString(directory.resolve(account + ".key"), svid.key());
    return prefix
        + "certificate "
        + directory.resolve(account + ".pem")
        + "; "
        + prefix
        + "certificate_key "
        + directory.resolve(account + ".key")
        + ";";
  }
}

package dev.weft.cli.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;

/** Writes the configuration files of agents, sidecars and gateways. */
final class Bootstraps {
  private Bootstraps() {}

  static Path agent(Layout layout, Layout.Cluster cluster, boolean consul) throws IOException {
    Layout.Cluster peer = layout.peerOf(cluster);
    Files.writeString(
        cluster.directory().resolve("peers.yaml"),
        String.format(
            Locale.ROOT,
            """
            peers:
              - {cluster: %s, gateways: ["127.0.0.1:%d"], bundle: "%s"}
            """,
            peer.name(),
            peer.gateway().eastWestPort(),
            peer.bundle()));
    return Files.writeString(
        cluster.directory().resolve("agent.yaml"),
        String.format(
            Locale.ROOT,
            """
            weft:
              mesh: %s
              cluster: %s
              data-dir: %s
              xds: {address: "127.0.0.1:%d"}
              api: {host: 127.0.0.1, port: %d}
              registry: {source: %s, address: "127.0.0.1:%d"}
              consul: {url: "http://127.0.0.1:%d"}
              peers-file: %s
              ca: {lifetime: "%ds"}
            """,
            Layout.MESH,
            cluster.name(),
            cluster.directory().resolve("data"),
            cluster.xdsPort(),
            cluster.apiPort(),
            consul ? "consul" : "embedded",
            cluster.registryPort(),
            cluster.registryPort(),
            cluster.directory().resolve("peers.yaml"),
            layout.certificates().toSeconds()));
  }

  static Path sidecar(Path directory, Layout.Cluster cluster, Layout.Instance plan, String token)
      throws IOException {
    return Files.writeString(
        directory.resolve("bootstrap.yaml"),
        node(plan.id(), cluster, "default", plan.service(), "sidecar", secret(directory, token))
            + String.format(
                Locale.ROOT,
                """
                inbound:
                  address: "127.0.0.1:%d"
                  workloads: [{address: "127.0.0.1:%d"}]
                outbound: {address: "127.0.0.1:%d"}
                admin: {address: "127.0.0.1:%d"}
                """,
                plan.inboundPort(),
                plan.appPort(),
                plan.outboundPort(),
                plan.adminPort()));
  }

  static Path gateway(Path directory, Layout.Cluster cluster, String token) throws IOException {
    Layout.Gateway gateway = cluster.gateway();
    return Files.writeString(
        directory.resolve("bootstrap.yaml"),
        node("gateway-1", cluster, "weft-system", "gateway", "gateway", secret(directory, token))
            + String.format(
                Locale.ROOT,
                """
                eastWest: {address: "127.0.0.1:%d", advertise: "127.0.0.1:%d"}
                admin: {address: "127.0.0.1:%d"}
                """,
                gateway.eastWestPort(),
                gateway.eastWestPort(),
                gateway.adminPort()));
  }

  private static String node(
      String id,
      Layout.Cluster cluster,
      String namespace,
      String account,
      String role,
      Path token) {
    return String.format(
        Locale.ROOT,
        """
        node: {id: %s, cluster: %s, mesh: %s, namespace: %s, serviceAccount: %s, role: %s}
        agent: {addresses: ["127.0.0.1:%d"], bundle: "%s", token: "%s"}
        dataDir: data
        workers: 1
        accessLog: access.log
        """,
        id,
        cluster.name(),
        Layout.MESH,
        namespace,
        account,
        role,
        cluster.xdsPort(),
        cluster.bundle(),
        token);
  }

  private static Path secret(Path directory, String token) throws IOException {
    Path file = directory.resolve("token");
    Files.deleteIfExists(file);
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    return Files.writeString(file, token);
  }
}

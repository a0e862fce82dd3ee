package dev.weft.cli.demo;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What runs where: decided before anything starts.
 *
 * @param directory the demo's own, for configuration, data and logs
 */
record Layout(Path directory, Cluster east, Cluster west) {
  static final String MESH = "demo";

  static Layout plan(Path directory, Ports ports) {
    return new Layout(
        directory,
        cluster(directory, "east", 15_000, 8500, 9000, ports),
        cluster(directory, "west", 25_000, 8600, 9100, ports));
  }

  List<Cluster> clusters() {
    return List.of(east, west);
  }

  Cluster peerOf(Cluster cluster) {
    return cluster.equals(east) ? west : east;
  }

  private static Cluster cluster(
      Path root, String name, int base, int registry, int applications, Ports ports) {
    Path directory = root.resolve(name);
    List<Instance> payments =
        IntStream.rangeClosed(1, 2)
            .mapToObj(i -> instance(name, "payments", i, base + 100 * i, applications + i, ports))
            .toList();
    return new Cluster(
        name,
        directory,
        ports.take(base + 12),
        ports.take(base + 80),
        ports.take(registry),
        new Gateway(ports.take(base + 443), ports.take(base + 50)),
        instance(name, "orders", 1, base, applications + 80, ports),
        payments);
  }

  private static Instance instance(
      String cluster, String service, int number, int base, int app, Ports ports) {
    return new Instance(
        cluster,
        service,
        service + "-" + number,
        ports.take(app),
        ports.take(base + 6),
        ports.take(base + 2),
        ports.take(base));
  }

  /** One cluster's ports on 127.0.0.1. */
  record Cluster(
      String name,
      Path directory,
      int xdsPort,
      int apiPort,
      int registryPort,
      Gateway gateway,
      Instance orders,
      List<Instance> payments) {

    List<Instance> instances() {
      return List.of(orders, payments.get(0), payments.get(1));
    }

    Path bundle() {
      return directory.resolve("data/ca/bundle.pem");
    }
  }

  /** A gateway's ports. */
  record Gateway(int eastWestPort, int adminPort) {}

  /** One application and its sidecar. */
  record Instance(
      String cluster,
      String service,
      String id,
      int appPort,
      int inboundPort,
      int outboundPort,
      int adminPort) {

    String label() {
      return cluster + "/" + id;
    }
  }
}

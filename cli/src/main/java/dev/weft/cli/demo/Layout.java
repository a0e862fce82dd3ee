package dev.weft.cli.demo;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What runs where: decided before anything starts.
 *
 * @param directory the demo's own, for configuration, data and logs
 * @param certificates how long those of workloads live
 */
record Layout(Path directory, Cluster east, Cluster west, Duration certificates) {
  static final String MESH = "demo";

  private static final Duration A_DAY = Duration.ofHours(24);

  /** Orders and two payments in each cluster. */
  static Layout plan(Path directory, Ports ports) {
    List<String> services = List.of("orders", "payments", "payments");
    return new Layout(
        directory,
        cluster(directory, "east", services, 15_000, 8500, 9000, ports),
        cluster(directory, "west", services, 25_000, 8600, 9100, ports),
        A_DAY);
  }

  /**
   * How long a try may take: not long where instances hang, and long where nothing but trust is
   * taken away, since a machine that is short of time is no failure then.
   */
  Duration perTry() {
    return certificates.equals(A_DAY) ? Duration.ofMillis(750) : Duration.ofSeconds(5);
  }

  /** The same with certificates that live as long as this. */
  Layout with(Duration life) {
    return new Layout(directory, east, west, life);
  }

  /** As little as has calls from cluster to cluster: orders in one, payments in the other. */
  static Layout smallest(Path directory, Ports ports) {
    return new Layout(
        directory,
        cluster(directory, "east", List.of("orders"), 15_000, 8500, 9000, ports),
        cluster(directory, "west", List.of("payments"), 25_000, 8600, 9100, ports),
        A_DAY);
  }

  List<Cluster> clusters() {
    return List.of(east, west);
  }

  Cluster peerOf(Cluster cluster) {
    return cluster.equals(east) ? west : east;
  }

  /** How many instances of payments there are in all. */
  long payments() {
    return clusters().stream()
        .flatMap(cluster -> cluster.instances().stream())
        .filter(instance -> instance.service().equals("payments"))
        .count();
  }

  private static Cluster cluster(
      Path root,
      String name,
      List<String> services,
      int base,
      int registry,
      int applications,
      Ports ports) {
    List<Instance> instances = new ArrayList<>();
    for (int i = 0; i < services.size(); i++) {
      String service = services.get(i);
      int number =
          Math.toIntExact(services.subList(0, i + 1).stream().filter(service::equals).count());
      instances.add(
          instance(
              name,
              service,
              number,
              base + 100 * i,
              applications + (service.equals("orders") ? 80 : number),
              ports));
    }
    return new Cluster(
        name,
        root.resolve(name),
        ports.take(base + 12),
        ports.take(base + 80),
        ports.take(registry),
        ports.take(registry + 800),
        ports.take(registry + 801),
        new Gateway(ports.take(base + 443), ports.take(base + 50)),
        List.copyOf(instances));
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

  /**
   * One cluster's ports on 127.0.0.1.
   *
   * @param consulPort where a real Consul's servers would talk to each other
   * @param gossipPort where they would gossip, by UDP, too
   */
  record Cluster(
      String name,
      Path directory,
      int xdsPort,
      int apiPort,
      int registryPort,
      int consulPort,
      int gossipPort,
      Gateway gateway,
      List<Instance> instances) {

    /** The instances of orders: one or none. */
    List<Instance> orders() {
      return instances.stream().filter(instance -> instance.service().equals("orders")).toList();
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

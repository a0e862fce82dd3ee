package dev.weft.bench.soak;

import dev.weft.bench.machine.Child;
import dev.weft.bench.peer.Backend;
import dev.weft.bench.peer.Ground;
import dev.weft.bench.peer.Resources;
import dev.weft.bench.peer.Topology;
import dev.weft.bench.soak.SoakResources.Applications;
import dev.weft.bench.soak.SoakResources.Host;
import dev.weft.bench.soak.SoakResources.Service;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;

/**
 * The processes of a soak: {@code orders} calls {@code payments-1} and {@code payments-2}, itself
 * ("near") and through the gateway ("far").
 */
final class Mesh implements AutoCloseable {
  private final Ground ground;
  private final Deque<AutoCloseable> parts = new ArrayDeque<>();
  private final Node orders;
  private final List<Node> nodes;
  private final Node gateway;
  private final List<Host> payments;
  private final int eastWest;
  private final int dead;
  private final Path failures;
  private final int http;
  private final int nearBytes;
  private final int farBytes;

  /**
   * Starts everything; it may not serve yet.
   *
   * @param arguments of the nodes' JVMs
   */
  Mesh(Ground ground, Path home, String java, List<String> arguments) throws IOException {
    this.ground = ground;
    this.http = ground.freePort();
    this.nearBytes = ground.freePort();
    this.farBytes = ground.freePort();
    this.eastWest = ground.freePort();
    this.dead = ground.freePort();
    this.failures = ground.directory("orders-1").resolve("failures.log");
    try {
      Child backend = Backend.start(ground);
      parts.push(backend);
      int webSocket = ground.freePort();
      parts.push(new WebSocketEcho(webSocket));
      Applications applications =
          new Applications(
              ground.backend(Topology.HTTP1), ground.backend(Topology.HTTP2), webSocket);
      Node.Program sidecar = new Node.Program(home, java, "proxy", "weft-proxy", arguments);
      Host one = new Host("payments-1", ground.freePort());
      Host two = new Host("payments-2", ground.freePort());
      payments = List.of(one, two);
      Node first = server(sidecar, one, applications);
      Node second = server(sidecar, two, applications);
      gateway =
          node(
              new Node.Program(home, java, "federation-gateway", "weft-gateway", arguments),
              "gateway-1",
              "namespace: weft-system, serviceAccount: gateway, role: gateway",
              String.format(
                  Locale.ROOT,
                  "eastWest: {address: \"127.0.0.1:%d\", advertise: \"127.0.0.1:%d\"}%n",
                  eastWest,
                  eastWest),
              SoakResources.gateway(eastWest));
      orders =
          node(
              sidecar,
              "orders-1",
              "namespace: default, serviceAccount: orders, role: sidecar",
              sidecar(ground.freePort(), http),
              SoakResources.orders(http, nearBytes, farBytes, failures));
      nodes = List.of(orders, first, second, gateway);
      round(0);
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  private Node server(Node.Program sidecar, Host host, Applications applications)
      throws IOException {
    int unused = ground.freePort();
    return node(
        sidecar,
        host.instance(),
        "namespace: default, serviceAccount: payments, role: sidecar",
        sidecar(host.port(), unused),
        SoakResources.payments(host.port(), unused, applications));
  }

  private static String sidecar(int inbound, int outbound) {
    return String.format(
        Locale.ROOT,
        "inbound: {address: \"127.0.0.1:%d\", workloads: [{address: \"127.0.0.1:9001\"}]}%noutbound: {address: \"127.0.0.1:%d\"}%n",
        inbound,
        outbound);
  }

  private Node node(
      Node.Program program,
      String name,
      String identity,
      String settings,
      List<Resources.Named> resources)
      throws IOException {
    Node node = Node.start(ground, program, name, identity, settings, resources);
    parts.push(node);
    return node;
  }

  /** All of them, the caller's first. */
  List<Node> nodes() {
    return nodes;
  }

  /** The caller's sidecar. */
  Node orders() {
    return orders;
  }

  /** Lines about requests that the caller's sidecar answered itself, or whose answer broke off. */
  List<String> failures() throws IOException {
    return Files.exists(failures) ? Files.readAllLines(failures) : List.of();
  }

  /** Where HTTP goes in. */
  int http() {
    return http;
  }

  /** Where bytes go in that take the way without the gateway. */
  int nearBytes() {
    return nearBytes;
  }

  /** Where bytes go in that take the way through the gateway. */
  int farBytes() {
    return farBytes;
  }

  /**
   * Tells the nodes what holds in a round: other endpoints, among them by turns one that nobody
   * listens at, other routes, other trust. Certificates are renewed each second without it.
   */
  void round(int round) throws IOException {
    List<Host> alive =
        switch (round % 4) {
          case 1 -> payments.subList(0, 1);
          case 3 -> payments.subList(1, 2);
          default -> payments;
        };
    Host nobody = new Host("payments-3", dead);
    List<Host> some = round % 4 == 2 ? List.of(payments.get(0), payments.get(1), nobody) : alive;
    for (Service service : SoakResources.SERVICES) {
      boolean far = service.name().startsWith("far");
      // Bytes cannot be sent again: no host is among theirs that is not there.
      List<Host> hosts = service.http() ? some : alive;
      orders
          .agent()
          .put(
              SoakResources.endpoints(
                  service.name(),
                  service.port(),
                  far
                      ? hosts.stream().map(host -> new Host(host.instance(), eastWest)).toList()
                      : hosts));
    }
    gateway
        .agent()
        .put(
            SoakResources.exported(
                round % 2 == 0 ? payments : List.of(payments.get(0), payments.get(1), nobody)));
    orders.agent().put(SoakResources.routes(round));
    for (Node node : nodes) {
      node.agent().put(SoakResources.trust(ground.authority().root(), round));
    }
  }

  /** Takes all endpoints away, so that nobody keeps a connection for later. */
  void quiet() throws IOException {
    for (Service service : SoakResources.SERVICES) {
      orders.agent().put(SoakResources.endpoints(service.name(), service.port(), List.of()));
    }
    gateway.agent().put(SoakResources.exported(List.of()));
    for (Node node : nodes) {
      if (node.name().startsWith("payments")) {
        for (Resources.Named upstream : SoakResources.withoutApplications()) {
          node.agent().put(upstream);
        }
      }
    }
  }

  @Override
  public void close() throws IOException {
    while (!parts.isEmpty()) {
      try {
        parts.pop().close();
      } catch (IOException e) {
        throw e;
      } catch (Exception e) {
        throw new IOException(e);
      }
    }
  }
}

package dev.weft.gateway.app;

import com.google.protobuf.Any;
import dev.weft.gateway.app.GatewayResources.Instance;
import dev.weft.proxy.bootstrap.Bootstrap;
import dev.weft.proxy.config.HostPort;
import dev.weft.proxy.testing.RunningSidecar;
import dev.weft.proxy.tls.TestPki;
import dev.weft.proxy.xds.FakeControlPlane;
import dev.weft.proxy.xds.parse.SampleResources;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.Http2ProtocolOptions;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * An application in east behind its sidecar and its cluster's gateway, and a sidecar in west that
 * calls it both ways: {@link #NEAR} goes to the other sidecar itself, {@link #FAR} through the
 * gateway. Mutual TLS, every node with an agent of its own, everything on real sockets.
 */
final class TwoClusters implements AutoCloseable {

  /** The authority that is called without the gateway. */
  static final String NEAR = "near.mesh";

  /** The authority that is called through the gateway. */
  static final String FAR = "far.mesh";

  private static final TestPki EAST = TestPki.of("east.demo");
  private static final TestPki WEST = TestPki.of("west.demo");
  private static final Map<String, String> TRUST =
      Map.of("east.demo", EAST.bundlePem(), "west.demo", WEST.bundlePem());
  private static final String SERVICE = "9001.payments.default.east.demo";
  private static final String PAYMENTS = "spiffe://east.demo/ns/default/sa/payments";

  private final Path directory;
  private final UnaryOperator<Listener> listeners;
  private final Vertx vertx = Vertx.vertx();
  private final RunningGateway gateway;
  private final Sidecar payments;
  private final Sidecar orders;

  /**
   * Starts everything, and waits until it serves.
   *
   * @param application which speaks HTTP/2
   */
  TwoClusters(Path directory, HostPort application) throws IOException {
    this(directory, application, listener -> listener);
  }

  /**
   * The same with listeners as told.
   *
   * @param listeners changes those of the sidecars
   */
  TwoClusters(Path directory, HostPort application, UnaryOperator<Listener> listeners)
      throws IOException {
    this.directory = directory;
    this.listeners = listeners;
    this.gateway = RunningGateway.start("east", EAST, TRUST, directory);
    this.payments = new Sidecar("east", EAST, "payments", application);
    this.orders = new Sidecar("west", WEST, "orders", application);
    HostPort inbound = payments.node.inbound();
    payments.agent.put("inbound|9001", http2("inbound|9001", application));
    payments.agent.put(
        "inbound",
        listeners.apply(
            SampleResources.inbound(inbound, SERVICE, "inbound|9001", "east.demo", "west.demo")));
    payments.agent.put("outbound", SampleResources.routes("outbound", "inbound|9001", "none"));
    payments.listen();
    gateway
        .agent()
        .put(
            "export|payments.default",
            GatewayResources.instances(new Instance("one", inbound, "HEALTHY")));
    upstream("near", inbound);
    upstream("far", gateway.address());
    RouteConfiguration near = SampleResources.routes("outbound", "near", NEAR);
    orders.agent.put(
        "outbound",
        near.toBuilder()
            .addAllVirtualHosts(
                SampleResources.routes("outbound", "far", FAR).getVirtualHostsList())
            .build());
    orders.listen();
    payments.node.awaitReady();
    payments.node.awaitInbound();
    orders.node.awaitReady();
  }

  private static Cluster http2(String name, HostPort application) {
    HttpProtocolOptions options =
        HttpProtocolOptions.newBuilder()
            .setExplicitHttpConfig(
                HttpProtocolOptions.ExplicitHttpConfig.newBuilder()
                    .setHttp2ProtocolOptions(Http2ProtocolOptions.getDefaultInstance()))
            .build();
    return SampleResources.application(name, application).toBuilder()
        .putTypedExtensionProtocolOptions(
            "envoy.extensions.upstreams.http.v3.HttpProtocolOptions", Any.pack(options))
        .build();
  }

  private void upstream(String name, HostPort address) {
    orders.agent.put(name, SampleResources.upstream(name, "east", SERVICE, PAYMENTS));
    orders.agent.put(
        name, SampleResources.endpoints(name, "east", "one." + SERVICE, "one", address));
  }

  /** Where the calling application reaches its sidecar. */
  HostPort outbound() {
    return orders.node.outbound();
  }

  @Override
  public void close() {
    orders.close();
    payments.close();
    gateway.close();
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }

  private final class Sidecar {
    private final FakeControlPlane agent;
    private final RunningSidecar node;

    Sidecar(String cluster, TestPki pki, String account, HostPort application) throws IOException {
      agent = FakeControlPlane.start(pki, cluster + ".demo");
      agent.put("trust-bundles", SampleResources.trustBundles(TRUST));
      node =
          RunningSidecar.start(
              directory.resolve(account),
              new Bootstrap.Node(
                  account + "-1", cluster, "demo", "default", account, Bootstrap.Role.SIDECAR),
              new RunningSidecar.Agent(agent.address(), pki.bundlePem(), "join"),
              List.of(application),
              vertx);
    }

    void listen() {
      agent.put("outbound", listeners.apply(SampleResources.outbound(node.outbound(), "outbound")));
    }

    void close() {
      node.close();
      agent.close();
    }
  }
}

package dev.weft.proxy.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.proxy.config.HostPort;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The example of the contract is read as it stands; everything wrong is named at once. */
final class BootstrapFileTest {
  private static final Path FILE = Path.of("/etc/weft/sidecar.yaml");
  private static final String SIDECAR =
      """
      node:
        id: payments-1
        cluster: east
        mesh: demo
        serviceAccount: payments
        role: sidecar
      agent:
        addresses: ["127.0.0.1:15012"]
        bundle: bundle.pem
        token: token
      inbound:
        address: 127.0.0.1:0
        workloads: [{address: "127.0.0.1:9001"}]
      outbound: {address: "127.0.0.1:15002"}
      admin: {address: "127.0.0.1:15000"}
      dataDir: data
      workers: 1
      accessLog: access.log
      """;

  @Test
  void readsASidecar() throws BootstrapException {
    Bootstrap bootstrap = BootstrapFile.parse(SIDECAR, FILE);
    assertThat(bootstrap.node().namespace()).isEqualTo("default");
    assertThat(bootstrap.node().identity().uri())
        .isEqualTo("spiffe://east.demo/ns/default/sa/payments");
    assertThat(bootstrap.agent().bundle()).isEqualTo(Path.of("/etc/weft/bundle.pem"));
    assertThat(bootstrap.dataDir()).isEqualTo(Path.of("/etc/weft/data"));
    assertThat(bootstrap.accessLog()).contains("/etc/weft/access.log");
    assertThat(bootstrap.inbound().orElseThrow().workloads())
        .containsExactly(new HostPort("127.0.0.1", 9001));
    Bootstrap bound =
        bootstrap.bound(
            Optional.of(new HostPort("127.0.0.1", 4711)), Optional.empty(), Optional.empty());
    assertThat(bound.inbound().orElseThrow().address().port()).isEqualTo(4711);
    assertThat(bound.outbound()).isEqualTo(bootstrap.outbound());
  }

  @Test
  void readsWhatIsToldOfTheNode() throws BootstrapException {
    Bootstrap.Metrics unsaid = BootstrapFile.parse(SIDECAR, FILE).metrics();
    assertThat(unsaid).isEqualTo(Bootstrap.Metrics.DEFAULT);
    String more = SIDECAR + "metrics: {maxSeries: 5}\ntracing: {otlp: \"127.0.0.1:4317\"}\n";
    assertThat(BootstrapFile.parse(more, FILE).metrics())
        .isEqualTo(new Bootstrap.Metrics(5, Optional.of(new HostPort("127.0.0.1", 4317))));
    String broken = SIDECAR + "metrics: {maxSeries: 0}\ntracing: {otlp: here, to: there}\n";
    assertThatThrownBy(() -> BootstrapFile.parse(broken, FILE))
        .hasMessageContaining("metrics.maxSeries")
        .hasMessageContaining("tracing.otlp")
        .hasMessageContaining("tracing.to: is not a known key");
  }

  @Test
  void readsAGateway() throws BootstrapException {
    String gateway =
        """
        node: {id: gw, cluster: west, mesh: demo, namespace: weft-system, serviceAccount: gateway, role: gateway}
        agent: {addresses: ["localhost:15012", "127.0.0.1:15013"], bundle: /b.pem}
        eastWest: {address: "127.0.0.1:0"}
        admin: {address: "127.0.0.1:0"}
        """;
    Bootstrap bootstrap = BootstrapFile.parse(gateway, FILE);
    assertThat(bootstrap.inbound()).isEmpty();
    assertThat(bootstrap.workers()).isPositive();
    Bootstrap bound =
        bootstrap.bound(
            Optional.empty(), Optional.empty(), Optional.of(new HostPort("127.0.0.1", 25443)));
    assertThat(bound.eastWest().orElseThrow().advertise())
        .isEqualTo(new HostPort("127.0.0.1", 25443));
  }

  @Test
  void namesEveryProblemWithItsPath() {
    String broken =
        """
        node: {id: "a b", cluster: East, mesh: demo, serviceAccount: payments, role: router, zone: a}
        agent: {addresses: ["nowhere"], bundle: b.pem}
        inbound: {address: "localhost:15006", workloads: [{address: "127.0.0.1:0", name: x}]}
        outbound: {address: "127.0.0.1:15002"}
        eastWest: {address: "127.0.0.1:1"}
        admin: {}
        workers: 0
        colour: blue
        """;
    assertThatThrownBy(() -> BootstrapFile.parse(broken, FILE))
        .isInstanceOfSatisfying(
            BootstrapException.class,
            e ->
                assertThat(e.problems())
                    .containsExactlyInAnyOrder(
                        "node.id: is not 1 to 128 characters [A-Za-z0-9._-]: \"a b\"",
                        "node.cluster: is not a lower-case DNS label: \"East\"",
                        "node.role: is not sidecar or gateway: \"router\"",
                        "node.zone: is not a known key",
                        "agent.addresses[0]: expected host:port, found \"nowhere\"",
                        "inbound.address: expected ip:port, found \"localhost:15006\"",
                        "inbound.workloads[0].address: the port cannot be 0",
                        "inbound.workloads[0].name: is not a known key",
                        "eastWest: is not for a sidecar",
                        "admin.address: is required",
                        "workers: expected a number from 1 to 256, found 0",
                        "colour: is not a known key"));
  }

  @Test
  void namesWhatIsMissing() {
    assertThatThrownBy(() -> BootstrapFile.parse("", FILE))
        .hasMessageContaining("node.id: is required")
        .hasMessageContaining("agent.addresses: at least one is required");
    assertThatThrownBy(() -> BootstrapFile.parse("a: 1\na: 2\n", FILE))
        .hasMessageContaining("is not YAML");
    assertThatThrownBy(() -> BootstrapFile.parse("- a\n", FILE))
        .hasMessageContaining("expected a mapping");
  }
}

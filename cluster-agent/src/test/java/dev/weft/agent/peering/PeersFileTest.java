package dev.weft.agent.peering;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.agent.ca.CertificateAuthority;
import dev.weft.agent.model.Address;
import dev.weft.agent.model.Peer;
import dev.weft.agent.state.Delta;
import dev.weft.policy.identity.TrustDomain;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PeersFileTest {

  @TempDir Path directory;
  final List<Delta> told = new CopyOnWriteArrayList<>();
  final Map<String, List<String>> names = new ConcurrentHashMap<>();
  final AtomicInteger lookUps = new AtomicInteger();
  final AtomicLong clock = new AtomicLong();
  PeersFile peers;

  @AfterEach
  void close() {
    if (peers != null) {
      peers.close();
    }
  }

  @Test
  void aPeerWaitsForItsBundleAndGetsIt() throws Exception {
    write(
        "peers:\n  - {cluster: west, gateways: [\"127.0.0.1:25443\", \"[::1]:25443\"], bundle: west.pem}\n");
    open();
    assertThat(newest().getFirst().bundle()).isEmpty();
    assertThat(newest().getFirst().gateways())
        .containsExactly(new Address("127.0.0.1", 25_443), new Address("::1", 25_443));
    assertThat(newest().getFirst().trustDomain().name()).isEqualTo("west.demo");
    assertThat(peers.problems()).isEmpty();

    Files.copy(bundle("west"), directory.resolve("west.pem"));

    await().until(() -> newest().getFirst().bundle().size() == 1);
    assertThat(told).hasSize(2);
  }

  @Test
  void wrongContentIsNamedByFileAndFieldAndChangesNothing() throws Exception {
    Files.copy(bundle("west"), directory.resolve("west.pem"));
    write("peers: [{cluster: west, gateways: [\"127.0.0.1:25443\"], bundle: west.pem}]");
    open();
    List<Peer> before = newest();

    write(
        "peers: [{cluster: east, gateways: [nowhere], bundle: west.pem, color: red}, {gateways: 7}]");
    await().until(() -> !peers.problems().isEmpty());
    assertThat(peers.problems())
        .allMatch(problem -> problem.startsWith(directory.resolve("peers.yaml") + ": "));
    assertThat(String.join("\n", peers.problems()))
        .contains(
            "peers[0].cluster",
            "peers[0].gateways[0]",
            "peers[0].color: unknown field",
            "peers[1].cluster",
            "peers[1].bundle");

    write("peers: [{");
    await().until(() -> peers.problems().stream().anyMatch(problem -> problem.contains("line 1")));
    Files.writeString(
        directory.resolve("west.pem"),
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    Files.delete(directory.resolve("peers.yaml"));
    await()
        .until(() -> peers.problems().stream().anyMatch(problem -> problem.contains("west.pem")));

    assertThat(told).as("nothing was told of all that").hasSize(1);
    assertThat(newest()).isEqualTo(before);

    write("peers: []");
    await().until(() -> newest().isEmpty() && peers.problems().isEmpty());
  }

  @Test
  void namesBecomeAllTheirAddressesAndAreLookedUpAgain() throws Exception {
    names.put("gateway.west.example", List.of("10.0.0.2", "10.0.0.1", "fd00::1"));
    write(
        "peers: [{cluster: west, bundle: west.pem, gateways:"
            + " [\"gateway.west.example:15443\", \"10.0.0.1:15443\", \"10.0.0.9:15443\"]}]");
    open();
    assertThat(told).as("the start waits for the first answer").hasSize(1);
    assertThat(gateways())
        .containsExactly(
            "10.0.0.1:15443", "10.0.0.2:15443", "[fd00:0:0:0:0:0:0:1]:15443", "10.0.0.9:15443");
    int asked = lookUps.get();

    names.put("gateway.west.example", List.of("10.0.0.2", "fd00::1", "10.0.0.1"));
    clock.addAndGet(30_000);
    await().until(() -> lookUps.get() > asked);
    names.put("gateway.west.example", List.of("10.0.0.7"));
    // Again and again: the time of the next look-up counts from the end of the one before.
    await()
        .until(() -> {
          clock.addAndGet(30_000);
          return gateways().equals(List.of("10.0.0.7:15443", "10.0.0.1:15443", "10.0.0.9:15443"));
        });
    assertThat(told).as("another order is no change").hasSize(2);
    await().until(() -> peers.problems().isEmpty());
  }

  @Test
  void aNameThatStopsResolvingKeepsItsAddresses() throws Exception {
    names.put("gateway.west.example", List.of("10.0.0.1"));
    write("peers: [{cluster: west, gateways: [\"gateway.west.example:15443\"], bundle: west.pem}]");
    open();
    names.clear();
    clock.addAndGet(30_000);
    await().until(() -> !peers.problems().isEmpty());
    assertThat(peers.problems().getFirst())
        .contains("gateway gateway.west.example:15443 of peer west", "it stays at [10.0.0.1]");
    assertThat(gateways()).containsExactly("10.0.0.1:15443");
    assertThat(told).hasSize(1);

    names.put("gateway.west.example", List.of("10.0.0.3"));
    clock.addAndGet(2_000);
    await().until(() -> gateways().equals(List.of("10.0.0.3:15443")));
    await().until(() -> peers.problems().isEmpty());
  }

  @Test
  void aNameThatIsNoNameIsAnErrorAndOneThatIsUnknownIsReported() throws Exception {
    write(
        "peers: [{cluster: west, bundle: west.pem, gateways:"
            + " [\"300.0.0.1:1\", \"a b:1\", \"10.1:1\", \"[fe80::1%lo]:1\", \"-x:1\"]}]");
    open();
    assertThat(peers.problems()).hasSize(5).allMatch(problem -> problem.contains(".gateways["));
    assertThat(lookUps.get()).isZero();

    write("peers: [{cluster: west, gateways: [\"nowhere.example:15443\"], bundle: west.pem}]");
    await().until(() -> !told.isEmpty());
    assertThat(gateways()).isEmpty();
    await().until(() -> peers.problems().toString().contains("it cannot be looked up"));
  }

  private List<String> gateways() {
    return newest().getFirst().gateways().stream().map(Address::toString).toList();
  }

  private void open() {
    peers =
        new PeersFile(
            directory.resolve("peers.yaml"),
            "demo",
            "east",
            told::add,
            Duration.ofMillis(20),
            this::lookUp,
            (_, roots) -> roots,
            clock::get);
  }

  private List<InetAddress> lookUp(String host) throws UnknownHostException {
    try {
      List<String> addresses = names.get(host);
      if (addresses == null) {
        throw new UnknownHostException(host);
      }
      return addresses.stream().map(InetAddress::ofLiteral).toList();
    } finally {
      lookUps.incrementAndGet();
    }
  }

  private void write(String text) throws IOException {
    Path temporary = directory.resolve("peers.yaml.new");
    Files.writeString(temporary, text);
    Files.move(
        temporary,
        directory.resolve("peers.yaml"),
        java.nio.file.StandardCopyOption.REPLACE_EXISTING);
  }

  private List<Peer> newest() {
    return ((Delta.Peers) told.getLast()).peers();
  }

  private Path bundle(String cluster) throws Exception {
    Path ca = directory.resolve("ca-" + cluster);
    CertificateAuthority.open(
        ca, new TrustDomain(cluster + ".demo"), InstantSource.system(), new SecureRandom());
    return ca.resolve("bundle.pem");
  }
}

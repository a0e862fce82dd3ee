package dev.weft.agent.xds;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.agent.attest.Denial;
import dev.weft.agent.attest.JoinTokenDocument;
import dev.weft.agent.attest.JoinTokens;
import dev.weft.agent.compile.ResourceType;
import dev.weft.agent.model.Address;
import dev.weft.agent.model.Evidence;
import dev.weft.agent.model.ImportedService;
import dev.weft.agent.model.NodeAnnouncement.Role;
import dev.weft.agent.model.Peer;
import dev.weft.agent.model.ServiceExport;
import dev.weft.agent.model.ServiceKey;
import dev.weft.agent.state.Delta;
import dev.weft.parts.Part;
import dev.weft.policy.identity.SpiffeId;
import dev.weft.policy.identity.TrustDomain;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.StandardSocketOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real Envoy accepts everything that is compiled for a node without Weft's features. */
class EnvoyTest {
  @TempDir Path directory;
  private AgentUnderTest agent;
  private Path envoy;

  @BeforeEach
  void start() throws Exception {
    envoy = Part.ENVOY.required();
    agent = new AgentUnderTest(directory.resolve("east"), "east");
    agent.state.submit(
        new Delta.Peers(
            List.of(
                new Peer(
                    "west",
                    new TrustDomain("west.demo"),
                    List.of(new Address("127.0.0.1", 25443)),
                    List.of(otherRoot())))));
    ServiceKey payments = new ServiceKey("default", "payments");
    agent.state.submit(
        new Delta.Imported(
            new ImportedService(
                "west",
                payments,
                "http",
                SpiffeId.parse("spiffe://west.demo/ns/default/sa/payments"),
                List.of(
                    new ImportedService.ImportedInstance(
                        "payments-1",
                        "payments-1.9001.payments.default.west.demo",
                        1,
                        new Evidence(Evidence.Health.PASSING, Evidence.Source.PEER, "", 0),
                        "eu",
                        "b",
                        Map.of())),
                Map.of())));
    agent.state.submit(new Delta.Exported(new ServiceExport(payments, Set.of("west"))));
    agent.register("payments", "payments-1", 9001);
    agent.register("orders", "orders-1", 8001);
    // The bundle has revocation lists, then.
    assertThat(agent.denials.deny(new Denial.Serial(BigInteger.TEN), "stolen")).isPresent();
  }

  @AfterEach
  void stop() throws Exception {
    if (agent != null) {
      agent.close();
    }
  }

  @Test
  void asASidecar() throws Exception {
    try (ServerSocket inbound = held();
        ServerSocket outbound = held()) {
      String metadata =
          "{role: sidecar, inbound: '127.0.0.1:%d', outbound: '127.0.0.1:%d', workloads: [{address: '127.0.0.1:9001'}]}"
              .formatted(inbound.getLocalPort(), outbound.getLocalPort());
      accepts(
          Role.SIDECAR,
          "default",
          "payments",
          metadata,
          ResourceType.LISTENER,
          ResourceType.CLUSTER,
          ResourceType.ENDPOINTS,
          ResourceType.ROUTES,
          ResourceType.SECRET);
    }
  }

  @Test
  void asAGateway() throws Exception {
    try (ServerSocket held = held()) {
      int port = held.getLocalPort();
      String metadata =
          "{role: gateway, east_west: '127.0.0.1:%d', east_west_advertise: '127.0.0.1:%d'}"
              .formatted(port, port);
      accepts(
          Role.GATEWAY,
          "weft-system",
          "gateway",
          metadata,
          ResourceType.LISTENER,
          ResourceType.CLUSTER,
          ResourceType.ENDPOINTS,
          ResourceType.SECRET);
    }
  }

  private void accepts(
      Role role, String namespace, String account, String metadata, ResourceType... types)
      throws Exception {
    JoinTokens.Created token =
        (JoinTokens.Created)
            agent.tokens.create(
                new JoinTokenDocument(
                    namespace, account, Set.of(), role, Duration.ofMinutes(5), 1));
    try (TestNode node = new TestNode(agent)) {
      node.enrol(token.token(), "spiffe://east.demo/ns/" + namespace + "/sa/" + account);
      Files.writeString(directory.resolve("chain.pem"), pem(node.chain));
      Files.writeString(
          directory.resolve("key.pem"), block("PRIVATE KEY", node.key.getPrivate().getEncoded()));
    }
    Path bootstrap = Files.writeString(directory.resolve("envoy.yaml"), bootstrap(metadata));
    Path log = directory.resolve("envoy.log");
    Process process =
        new ProcessBuilder(
                envoy.toString(),
                "-c",
                bootstrap.toString(),
                "--use-dynamic-base-id",
                "--concurrency",
                "1",
                "-l",
                "warning")
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    try {
      await()
          .atMost(Duration.ofSeconds(60))
          .pollInterval(Duration.ofMillis(100))
          .untilAsserted(() -> assertAccepted(log, types));
    } finally {
      process.destroy();
      process.waitFor(10, TimeUnit.SECONDS);
    }
  }

  private void assertAccepted(Path log, ResourceType... types) throws Exception {
    List<ProxyStatus> proxies = agent.xds.proxies().toCompletableFuture().get(60, TimeUnit.SECONDS);
    assertThat(proxies).as(Files.readString(log)).hasSize(1);
    assertThat(proxies.getFirst().types()).allSatisfy(type -> assertThat(type.nack()).isEmpty());
    assertThat(proxies.getFirst().types())
        .filteredOn(type -> !type.acknowledged().isEmpty())
        .extracting(ProxyStatus.TypeStatus::typeUrl)
        .as(Files.readString(log))
        .containsAll(Arrays.stream(types).map(ResourceType::typeUrl).toList());
  }

  private String bootstrap(String metadata) {
    return """
    node: {id: stock, cluster: test, metadata: {weft: %s}}
    admin: {address: {socket_address: {address: 127.0.0.1, port_value: 0}}}
    dynamic_resources:
      ads_config: {api_type: DELTA_GRPC, transport_api_version: V3, grpc_services: [{envoy_grpc: {cluster_name: ads}}]}
      cds_config: {ads: {}, resource_api_version: V3}
      lds_config: {ads: {}, resource_api_version: V3}
    static_resources:
      secrets:
      - name: svid
        tls_certificate:
          certificate_chain: {filename: %s}
          private_key: {filename: %s}
      clusters:
      - name: ads
        type: STATIC
        connect_timeout: 2s
        typed_extension_protocol_options:
          envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
            "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
            explicit_http_config: {http2_protocol_options: {}}
        load_assignment:
          cluster_name: ads
          endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: %d}}}}]}]
        transport_socket:
          name: envoy.transport_sockets.tls
          typed_config:
            "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext
            common_tls_context:
              tls_params: {tls_minimum_protocol_version: TLSv1_3, tls_maximum_protocol_version: TLSv1_3}
              tls_certificate_sds_secret_configs: [{name: svid}]
              validation_context:
                trusted_ca: {filename: %s}
                match_typed_subject_alt_names: [{san_type: URI, matcher: {exact: "spiffe://east.demo/ns/weft-system/sa/agent"}}]
    """
        .formatted(
            metadata,
            directory.resolve("chain.pem"),
            directory.resolve("key.pem"),
            agent.port.port(),
            directory.resolve("east/ca/bundle.pem"));
  }

  private byte[] otherRoot() throws Exception {
    try (AgentUnderTest west = new AgentUnderTest(directory.resolve("west"), "west")) {
      return west.authority.roots().getFirst().getEncoded();
    }
  }

  /** A port that nobody else is given, and that Envoy can share: it listens with SO_REUSEPORT. */
  private static ServerSocket held() throws IOException {
    ServerSocket socket = new ServerSocket();
    socket.setOption(StandardSocketOptions.SO_REUSEPORT, true);
    socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    return socket;
  }

  private static String pem(List<X509Certificate> chain) throws Exception {
    StringBuilder pem = new StringBuilder();
    for (X509Certificate certificate : chain) {
      pem.append(block("CERTIFICATE", certificate.getEncoded()));
    }
    return pem.toString();
  }

  private static String block(String label, byte[] der) {
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
        .formatted(
            label, Base64.getMimeEncoder(64, "\n".getBytes(UTF_8)).encodeToString(der), label);
  }
}

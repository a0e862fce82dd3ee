package dev.weft.policy.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.rpc.Code;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.service.auth.v3.AttributeContext;
import io.envoyproxy.envoy.service.auth.v3.AuthorizationGrpc;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.net.URI;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The running server, asked about connections that carry no requests. */
@QuarkusTest
@TestProfile(CheckServiceTest.WithPolicies.class)
class ConnectionsTest {
  private static final String ORDERS = "spiffe://east.demo/ns/shop/sa/orders";
  private static final String LEDGER = "namespace=bank&service=ledger&port=7001&label.app=ledger";
  private static final Metadata.Key<String> WORKLOAD =
      Metadata.Key.of("weft-workload", Metadata.ASCII_STRING_MARSHALLER);

  @TestHTTPResource URI server;
  private ManagedChannel channel;

  @BeforeEach
  void dial() {
    channel =
        ManagedChannelBuilder.forAddress(server.getHost(), server.getPort()).usePlaintext().build();
  }

  @AfterEach
  void hangUp() {
    channel.shutdownNow();
  }

  private CheckResponse check(String workload, AttributeContext.Builder attributes) {
    Metadata headers = new Metadata();
    if (!workload.isEmpty()) {
      headers.put(WORKLOAD, workload);
    }
    return AuthorizationGrpc.newBlockingStub(channel)
        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
        .withDeadlineAfter(30, TimeUnit.SECONDS)
        .check(CheckRequest.newBuilder().setAttributes(attributes).build());
  }

  private String reason(String workload, AttributeContext.Builder attributes) {
    CheckResponse answer = check(workload, attributes);
    assertThat(answer.hasDeniedResponse()).isFalse();
    assertThat(answer.hasOkResponse()).isFalse();
    String told = answer.getDynamicMetadata().getFieldsOrThrow("reason").getStringValue();
    if (answer.getStatus().getCode() == Code.OK_VALUE) {
      return told;
    }
    assertThat(answer.getStatus().getCode()).isEqualTo(Code.PERMISSION_DENIED_VALUE);
    assertThat(answer.getStatus().getMessage()).isEqualTo(told).isNotEmpty();
    return "closed: " + told;
  }

  private static AttributeContext.Builder from(String principal) {
    return AttributeContext.newBuilder()
        .setSource(AttributeContext.Peer.newBuilder().setPrincipal(principal));
  }

  /** As an Envoy tells it of a connection with mutual TLS. */
  private static AttributeContext.Builder to(
      String principal, String serverName, int port, Map<String, String> labels) {
    return from(ORDERS)
        .setDestination(
            AttributeContext.Peer.newBuilder()
                .setPrincipal(principal)
                .setService(serverName)
                .setAddress(
                    Address.newBuilder()
                        .setSocketAddress(
                            SocketAddress.newBuilder().setAddress("127.0.0.1").setPortValue(port)))
                .putAllLabels(labels));
  }

  @Test
  void aSidecarSaysInAHeaderForWhomItAsks() {
    assertThat(reason(LEDGER, from(ORDERS))).contains("ns[bank]-policy[ledger]-rule[0]");
    assertThat(reason(LEDGER, from("spiffe://east.demo/ns/shop/sa/audit")))
        .startsWith("closed: denied: no rule allows it");
    assertThat(reason(LEDGER, from(""))).startsWith("closed: ");
    assertThat(reason(LEDGER.replace("7001", "7002"), from(ORDERS))).startsWith("closed: ");
    // Whoever is called has no say in it.
    assertThat(
            reason(
                LEDGER.replace("7001", "7002"),
                to("spiffe://east.demo/ns/bank/sa/open", "", 7001, Map.of("app", "open"))))
        .startsWith("closed: ");
    assertThat(reason(LEDGER + "&label.tier=cold", from(ORDERS)))
        .startsWith("closed: denied by rule ns[bank]-policy[cold]-rule[0]");
    assertThat(reason(LEDGER + "&label.a%26b=%3D", from(ORDERS))).contains("policy[ledger]");
  }

  @Test
  void aHeaderThatSaysNothingIsNotPassedOver() {
    AttributeContext.Builder known =
        to("spiffe://east.demo/ns/bank/sa/ledger", "", 7001, Map.of("app", "ledger"));
    assertThat(reason("", known)).contains("policy[ledger]");
    for (String unreadable : new String[] {"bank", "namespace=bank&&", "a=%", "a=1&a=2"}) {
      assertThat(reason(unreadable, known))
          .as(unreadable)
          .isEqualTo("closed: denied: weft-workload cannot be read");
    }
    assertThat(reason("namespace=bank&port=7001", known))
        .isEqualTo("closed: denied: weft-workload names no workload");
    assertThat(reason("namespace=bank&service=ledger&port=70010&label.app=x", known))
        .isEqualTo("closed: denied: the port that is told is none");
  }

  @Test
  void itIsKnownByItsCertificateAndTheLabelsOfTheProxy() {
    String account = "spiffe://east.demo/ns/bank/sa/accounts";
    assertThat(reason("", to(account, "", 7001, Map.of("app", "ledger"))))
        .contains("policy[ledger]");
    assertThat(
            reason("", to(account, "", 7001, Map.of("service.istio.io/canonical-name", "ledger"))))
        .contains("policy[ledger]");
    assertThat(reason("", to(account, "", 7002, Map.of("app", "ledger")))).startsWith("closed: ");
    assertThat(reason("", to(account, "", 7001, Map.of("app", "ledger", "tier", "cold"))))
        .contains("policy[cold]");
    assertThat(reason("", to("", "", 7001, Map.of("app", "ledger"))))
        .isEqualTo("closed: denied: it is not said for which workload");
  }

  @Test
  void labelsThatNobodyTellsLetNobodyIn() {
    assertThat(reason("", to("spiffe://east.demo/ns/bank/sa/ledger", "", 7001, Map.of())))
        .isEqualTo(
            "closed: denied: policy bank/cold selects by labels, and those of bank/ledger are not"
                + " told");
    assertThat(reason("namespace=bank&service=ledger&port=7001", from(ORDERS)))
        .contains("bank/cold selects by labels");
    // Where no policy selects by anything but names, these are enough.
    assertThat(reason("", to("spiffe://east.demo/ns/elsewhere/sa/a", "", 1, Map.of())))
        .isEqualTo("no rule denies it");
  }

  @Test
  void aServerNameIsTheCallersWordAndNothingElse() {
    AttributeContext.Builder claims =
        to(
            "spiffe://east.demo/ns/bank/sa/ledger",
            "7001.open.elsewhere.east.demo",
            7002,
            Map.of("app", "ledger"));
    assertThat(reason("", claims)).startsWith("closed: denied: no rule allows it");
    assertThat(
            reason(
                "",
                from(ORDERS)
                    .setDestination(
                        to("", "7001.ledger.bank.east.demo", 7001, Map.of()).getDestination())))
        .isEqualTo("closed: denied: it is not said for which workload");
    String named = "spiffe://east.demo/ns/shop/sa/named";
    AttributeContext.Builder asked =
        to(
            "spiffe://east.demo/ns/bank/sa/ledger",
            "7001.ledger.bank.east.demo",
            7002,
            Map.of("app", "ledger"));
    asked.getSourceBuilder().setPrincipal(named);
    assertThat(reason("", asked)).contains("policy[ledger]-rule[2]");
    asked.getTlsSessionBuilder().setSni("7002.ledger.bank.east.demo");
    assertThat(reason("", asked)).startsWith("closed: ");
  }

  @Test
  void whatRulesAskOfRequestsTightensAndNeverOpens() {
    assertThat(reason("namespace=bank&service=archive&port=1&label.app=archive", from(ORDERS)))
        .startsWith("closed: denied by rule ns[bank]-policy[requests]-rule[0]");
  }
}

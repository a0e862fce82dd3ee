package dev.weft.policy.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.rpc.Code;
import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.envoyproxy.envoy.service.auth.v3.AttributeContext;
import io.envoyproxy.envoy.service.auth.v3.AuthorizationGrpc;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import io.envoyproxy.envoy.type.v3.StatusCode;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The running server, asked as a proxy asks. */
@QuarkusTest
@TestProfile(CheckServiceTest.WithPolicies.class)
class CheckServiceTest {
  private static final String ORDERS = "spiffe://east.demo/ns/shop/sa/orders";
  private static final Map<String, String> PAYMENTS =
      Map.of("namespace", "shop", "service", "payments", "port", "9001");

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

  private CheckResponse check(AttributeContext.Builder attributes) {
    return AuthorizationGrpc.newBlockingStub(channel)
        .withDeadlineAfter(30, TimeUnit.SECONDS)
        .check(CheckRequest.newBuilder().setAttributes(attributes).build());
  }

  private static AttributeContext.Builder asked(String principal, String method, String path) {
    return AttributeContext.newBuilder()
        .putAllContextExtensions(PAYMENTS)
        .setSource(AttributeContext.Peer.newBuilder().setPrincipal(principal))
        .setRequest(
            AttributeContext.Request.newBuilder()
                .setHttp(
                    AttributeContext.HttpRequest.newBuilder().setMethod(method).setPath(path)));
  }

  private int code(AttributeContext.Builder attributes) {
    return check(attributes).getStatus().getCode();
  }

  private static String said(CheckResponse response, String key) {
    return response
        .getDynamicMetadata()
        .getFieldsOrDefault(key, Value.getDefaultInstance())
        .toString();
  }

  @Test
  void allowsWhatARuleAllowsAndSaysWhich() {
    CheckResponse response = check(asked(ORDERS, "GET", "/payments/7?full=1"));
    assertThat(response.getStatus().getCode()).isEqualTo(Code.OK_VALUE);
    assertThat(response.hasOkResponse()).isTrue();
    assertThat(said(response, "rule")).contains("ns[shop]-policy[payments]-rule[0]");
  }

  @Test
  void deniesAMethodThatNoRuleAllowsAndSaysWhyToTheProxyOnly() {
    CheckResponse response = check(asked(ORDERS, "POST", "/payments/7"));
    assertThat(response.getStatus().getCode()).isEqualTo(Code.PERMISSION_DENIED_VALUE);
    assertThat(response.getStatus().getMessage())
        .contains("ns[shop]-policy[payments]-rule[0] wants");
    assertThat(response.getDynamicMetadata().getFieldsOrThrow("reason").getStringValue())
        .isEqualTo(response.getStatus().getMessage());
    assertThat(response.getDeniedResponse().getStatus().getCode()).isEqualTo(StatusCode.Forbidden);
    assertThat(response.getDeniedResponse().getBody()).isEqualTo("access denied");
  }

  @Test
  void deniesWhatADenyPolicyMatchesHoweverThePathIsWritten() {
    assertThat(check(asked(ORDERS, "GET", "/payments/never")).getStatus().getMessage())
        .contains("denied by rule ns[shop]-policy[never]-rule[0]");
    assertThat(code(asked(ORDERS, "GET", "/payments/x/../%6eever")))
        .isEqualTo(Code.PERMISSION_DENIED_VALUE);
    CheckResponse broken = check(asked(ORDERS, "GET", "/payments/%"));
    assertThat(broken.getDeniedResponse().getStatus().getCode()).isEqualTo(StatusCode.BadRequest);
  }

  /** A name that nobody can have has no policies, and who has none is open to all. */
  @ParameterizedTest
  @CsvSource({
    "namespace, Shop, the namespace that is told is no name",
    "namespace, 'shop ', the namespace that is told is no name",
    "service, pay_ments, the service that is told is no name",
    "port, 0, the port that is told is none",
    "port, 65536, the port that is told is none",
  })
  void deniesForAWorkloadThatThereCannotBe(String field, String value, String reason) {
    CheckResponse response =
        check(asked(ORDERS, "GET", "/payments/7").putContextExtensions(field, value));
    assertThat(response.getStatus().getCode()).isEqualTo(Code.PERMISSION_DENIED_VALUE);
    assertThat(response.getStatus().getMessage()).isEqualTo("denied: " + reason);
  }

  @Test
  void takesAsMuchOfARequestAsASidecarHolds() {
    AttributeContext.Builder question = asked(ORDERS, "GET", "/payments/7");
    question
        .getRequestBuilder()
        .getHttpBuilder()
        .setBody("b".repeat(1024 * 1024))
        .putHeaders("x-much", "h".repeat(60 * 1024));
    assertThat(code(question)).isEqualTo(Code.OK_VALUE);
  }

  @Test
  void tellsWhatIsAuditedAndWhatIsOnlyTried() {
    CheckResponse audited = check(asked(ORDERS, "GET", "/payments/watched"));
    assertThat(audited.getStatus().getCode()).isEqualTo(Code.OK_VALUE);
    assertThat(said(audited, "audit")).contains("ns[shop]-policy[watched]-rule[0]");
    CheckResponse tried = check(asked(ORDERS, "GET", "/payments/tried"));
    assertThat(tried.getStatus().getCode()).isEqualTo(Code.OK_VALUE);
    assertThat(said(tried, "dry_run")).contains("denied by rule ns[shop]-policy[tried]-rule[0]");
  }

  @Test
  void deniesOthers() {
    assertThat(code(asked("spiffe://west.demo/ns/shop/sa/orders", "GET", "/payments/7")))
        .isEqualTo(Code.PERMISSION_DENIED_VALUE);
    assertThat(code(asked("", "GET", "/payments/7"))).isEqualTo(Code.PERMISSION_DENIED_VALUE);
    assertThat(code(asked(ORDERS, "GET", "/payments/7").putContextExtensions("port", "9002")))
        .isEqualTo(Code.PERMISSION_DENIED_VALUE);
    assertThat(code(AttributeContext.newBuilder())).isEqualTo(Code.PERMISSION_DENIED_VALUE);
    assertThat(code(asked(ORDERS, "GET", "/payments/7").putContextExtensions("port", "x")))
        .isEqualTo(Code.PERMISSION_DENIED_VALUE);
  }

  @Test
  void knowsTheClientBehindProxiesThatTheWorkloadTrusts() {
    AttributeContext.Builder forwarded = asked(ORDERS, "GET", "/payments/7");
    forwarded
        .getRequestBuilder()
        .getHttpBuilder()
        .putHeaders("x-forwarded-for", "192.0.2.7, 10.0.0.1");
    assertThat(code(forwarded)).isEqualTo(Code.OK_VALUE);
    forwarded.putContextExtensions("label.weft-trusted-hops", "2");
    assertThat(check(forwarded).getStatus().getMessage()).contains("policy[far]");
    for (String hops : new String[] {"0", "3", "many"}) {
      forwarded.putContextExtensions("label.weft-trusted-hops", hops);
      assertThat(code(forwarded)).as(hops).isEqualTo(Code.OK_VALUE);
    }
  }

  @Test
  void believesTheProxyWhoseTokenItIs() {
    Struct claims =
        Struct.newBuilder()
            .putFields("iss", text("https://issuer.example"))
            .putFields("sub", text("alice"))
            .build();
    // The first as any Envoy tells it, the second as a sidecar does that asks before it refuses.
    assertThat(code(withTokens(Map.of("payload", claims)))).isEqualTo(Code.OK_VALUE);
    assertThat(code(withTokens(Map.of("presented", claims)))).isEqualTo(Code.OK_VALUE);
    Struct bob = claims.toBuilder().putFields("sub", text("bob")).build();
    assertThat(code(withTokens(Map.of("presented", claims, "payload", bob))))
        .isEqualTo(Code.PERMISSION_DENIED_VALUE);
    assertThat(code(withTokens(Map.of("another", claims)))).isEqualTo(Code.PERMISSION_DENIED_VALUE);
    assertThat(code(asked("", "POST", "/anything"))).isEqualTo(Code.PERMISSION_DENIED_VALUE);
  }

  private static AttributeContext.Builder withTokens(Map<String, Struct> told) {
    Struct.Builder said = Struct.newBuilder();
    told.forEach(
        (key, claims) -> said.putFields(key, Value.newBuilder().setStructValue(claims).build()));
    return asked("", "POST", "/anything")
        .setMetadataContext(
            Metadata.newBuilder().putFilterMetadata("envoy.filters.http.jwt_authn", said.build()));
  }

  @Test
  void knowsTheWorkloadByItsCertificateOrItsLabelsToo() {
    AttributeContext.Builder byPrincipal =
        asked(ORDERS, "GET", "/payments/7")
            .clearContextExtensions()
            .putContextExtensions("port", "9001");
    assertThat(code(byPrincipal)).isEqualTo(Code.PERMISSION_DENIED_VALUE);
    byPrincipal.setDestination(
        AttributeContext.Peer.newBuilder().setPrincipal("spiffe://east.demo/ns/shop/sa/payments"));
    assertThat(check(byPrincipal).getStatus().getMessage())
        .isEqualTo(
            "denied: policy shop/back selects by labels, and those of shop/payments are not told");
    byPrincipal.getDestinationBuilder().putLabels("version", "v1");
    assertThat(code(byPrincipal)).isEqualTo(Code.OK_VALUE);
    AttributeContext.Builder ledger =
        asked(ORDERS, "GET", "/").putContextExtensions("service", "ledger");
    assertThat(check(ledger).getStatus().getMessage()).isEmpty();
    assertThat(code(ledger)).isEqualTo(Code.OK_VALUE);
    AttributeContext.Builder never =
        asked(ORDERS, "GET", "/payments/never").putContextExtensions("service", "ledger");
    assertThat(code(never)).isEqualTo(Code.PERMISSION_DENIED_VALUE);
    AttributeContext.Builder back =
        asked(ORDERS, "POST", "/").putContextExtensions("label.tier", "back");
    assertThat(check(back).getDynamicMetadata().toString()).contains("policy[back]");
  }

  @Test
  void countsWhatItRead() throws Exception {
    String metrics =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(server.resolve("/metrics")).build(),
                HttpResponse.BodyHandlers.ofString())
            .body();
    assertThat(metrics)
        .contains("weft_policy_loads_total{result=\"loaded\"} 1.0")
        .contains("weft_policy_loads_total{result=\"refused\"} 0.0")
        .contains("weft_policies 10.0");
  }

  private static Value text(String text) {
    return Value.newBuilder().setStringValue(text).build();
  }

  /** The policies that the cases above are held against. */
  public static final class WithPolicies implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of(
          "weft.policy.directory",
          "src/test/resources/policies",
          "weft.policy.trust-domain",
          "east.demo");
    }
  }
}

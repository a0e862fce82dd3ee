package dev.weft.policy.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.rpc.Code;
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
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@TestProfile(CheckServiceTest.WithPolicy.class)
class CheckServiceTest {

  private static final String ORDERS = "spiffe://east.demo/ns/default/sa/orders";

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

  private CheckResponse check(String principal, String method, String path) {
    return AuthorizationGrpc.newBlockingStub(channel)
        .withDeadlineAfter(30, TimeUnit.SECONDS)
        .check(
            CheckRequest.newBuilder()
                .setAttributes(
                    AttributeContext.newBuilder()
                        .setSource(AttributeContext.Peer.newBuilder().setPrincipal(principal))
                        .setRequest(
                            AttributeContext.Request.newBuilder()
                                .setHttp(
                                    AttributeContext.HttpRequest.newBuilder()
                                        .setMethod(method)
                                        .setPath(path))))
                .build());
  }

  @Test
  void allowsWhatARuleAllows() {
    CheckResponse response = check(ORDERS, "GET", "/payments/7?full=1");
    assertThat(response.getStatus().getCode()).isEqualTo(Code.OK_VALUE);
    assertThat(response.hasOkResponse()).isTrue();
  }

  @Test
  void deniesAMethodThatNoRuleAllowsAndSaysWhyToTheProxyOnly() {
    CheckResponse response = check(ORDERS, "POST", "/payments/7");
    assertThat(response.getStatus().getCode()).isEqualTo(Code.PERMISSION_DENIED_VALUE);
    assertThat(response.getStatus().getMessage())
        .contains("orders-read-payments wants header :method");
    assertThat(response.getDynamicMetadata().getFieldsOrThrow("reason").getStringValue())
        .isEqualTo(response.getStatus().getMessage());
    assertThat(response.getDeniedResponse().getStatus().getCode()).isEqualTo(StatusCode.Forbidden);
    assertThat(response.getDeniedResponse().getBody()).isEqualTo("access denied");
  }

  @Test
  void deniesAPathOutsideTheRule() {
    assertThat(check(ORDERS, "GET", "/admin").getStatus().getCode())
        .isEqualTo(Code.PERMISSION_DENIED_VALUE);
  }

  @Test
  void deniesAPrincipalOfAnotherTrustDomain() {
    assertThat(
            check("spiffe://west.demo/ns/default/sa/orders", "GET", "/payments/7")
                .getStatus()
                .getCode())
        .isEqualTo(Code.PERMISSION_DENIED_VALUE);
  }

  @Test
  void deniesWhoHasNoPrincipal() {
    assertThat(check("", "GET", "/payments/7").getStatus().getCode())
        .isEqualTo(Code.PERMISSION_DENIED_VALUE);
  }

  @Test
  void deniesAnEmptyQuestion() {
    assertThat(
            AuthorizationGrpc.newBlockingStub(channel)
                .withDeadlineAfter(30, TimeUnit.SECONDS)
                .check(CheckRequest.getDefaultInstance())
                .getStatus()
                .getCode())
        .isEqualTo(Code.PERMISSION_DENIED_VALUE);
  }

  /** The policy that the cases above are held against. */
  public static final class WithPolicy implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of("weft.policy.file", "src/test/resources/policy.yaml");
    }
  }
}

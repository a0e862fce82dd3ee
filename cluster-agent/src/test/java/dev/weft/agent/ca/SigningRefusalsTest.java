package dev.weft.agent.ca;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.weft.agent.attest.Denial;
import dev.weft.agent.xds.AgentUnderTest;
import dev.weft.agent.xds.TestNode;
import dev.weft.policy.identity.SpiffeId;
import dev.weft.policy.jwt.TestIssuer;
import dev.weft.v1.CertificateServiceGrpc;
import dev.weft.v1.SignRequest;
import dev.weft.v1.SignResponse;
import io.grpc.CallOptions;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.DERPrintableString;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** Every reason for which nothing is signed, over the agent's own port; one without a row fails. */
class SigningRefusalsTest {
  private static final String PAYMENTS = "spiffe://east.demo/ns/default/sa/payments";
  private static final String ORDERS = "spiffe://east.demo/ns/default/sa/orders";

  private final Map<SigningRefusal, Attempt> rows = new EnumMap<>(SigningRefusal.class);
  @TempDir private Path directory;
  private AgentUnderTest agent;
  private String token;

  /** What somebody asks for. */
  private record Attempt(byte[] csr, String token, String node) {}

  @BeforeEach
  void start() throws Exception {
    agent = new AgentUnderTest(directory, "east");
    token = agent.token("payments");
    KeyPair key = ec();
    rows.put(SigningRefusal.CSR_SIZE, asking(new byte[SigningRequest.LARGEST + 1]));
    rows.put(SigningRefusal.CSR_MALFORMED, asking(new byte[] {48, 3, 2, 1, 1, 0}));
    rows.put(SigningRefusal.CSR_KEY, asking(TestNode.csr(rsa(1024), TestNode.uri(PAYMENTS))));
    rows.put(SigningRefusal.CSR_SIGNATURE, asking(csr(key, "SHA1withECDSA", false, false)));
    rows.put(SigningRefusal.CSR_ATTRIBUTES, asking(csr(key, "SHA256withECDSA", true, false)));
    rows.put(SigningRefusal.CSR_EXTENSIONS, asking(csr(key, "SHA256withECDSA", false, true)));
    rows.put(
        SigningRefusal.CSR_NAMES,
        asking(TestNode.csr(key, TestNode.uri(PAYMENTS), TestNode.uri(ORDERS))));
    rows.put(
        SigningRefusal.CSR_IDENTITY, asking(TestNode.csr(key, TestNode.uri("spiffe://east.demo"))));
    byte[] good = TestNode.csr(key, TestNode.uri(PAYMENTS));
    rows.put(SigningRefusal.NODE_ID, new Attempt(good, token, "a b"));
    rows.put(SigningRefusal.NO_CREDENTIALS, new Attempt(good, "", "test"));
    rows.put(SigningRefusal.TOKEN, new Attempt(good, token.replace("weft_", "weft_0"), "test"));
    rows.put(SigningRefusal.ANOTHER_IDENTITY, asking(TestNode.csr(key, TestNode.uri(ORDERS))));
    rows.put(
        SigningRefusal.DENIED,
        asking(TestNode.csr(key, TestNode.uri("spiffe://east.demo/ns/default/sa/stolen"))));
    TestIssuer issuer = TestIssuer.shared("ES256", "key");
    Files.writeString(directory.resolve("keys.json"), TestIssuer.set(issuer.jwk()));
    Files.writeString(
        directory.resolve("issuers.yaml"),
        """
        issuers:
          - {name: k, issuer: k, audiences: [weft], keys: keys.json, kubernetes: true}
          - {name: away, issuer: a, audiences: [weft], keys: "https://127.0.0.1:1/", kubernetes: true}
        """);
    rows.put(
        SigningRefusal.ISSUER_UNAVAILABLE,
        new Attempt(good, issuer.token(serviceAccount("a", "default:payments", "weft")), "test"));
    rows.put(
        SigningRefusal.ISSUER_TOKEN,
        new Attempt(good, issuer.token(serviceAccount("default:payments", "vault")), "test"));
    rows.put(
        SigningRefusal.TOKEN_CLAIMS,
        new Attempt(good, issuer.token(serviceAccount("weft-system:agent", "weft")), "test"));
    agent.denials.deny(
        new Denial.Identity(SpiffeId.parse("spiffe://east.demo/ns/default/sa/stolen")), "");
  }

  @AfterEach
  void stop() throws Exception {
    agent.close();
  }

  @ParameterizedTest
  // A peer's workload does not come as far as this, and what fails is nobody's request.
  @EnumSource(
      mode = Mode.EXCLUDE,
      names = {"FOREIGN", "FAILED"})
  void isRefusedForItsOwnReason(SigningRefusal reason) throws Exception {
    Attempt attempt = rows.get(reason);
    assertThat(attempt).as("a row for %s", reason).isNotNull();
    try (TestNode node = new TestNode(agent)) {
      assertThat(catchThrowableOfType(StatusRuntimeException.class, () -> sign(node, attempt)))
          .isNotNull();
    }
    for (SigningRefusal each : SigningRefusal.values()) {
      assertThat(agent.certificates.refused(each)).as("%s", each).isEqualTo(each == reason ? 1 : 0);
    }
    assertThat(agent.certificates.signed()).isZero();
    assertThat(agent.issued.all()).isEmpty();
  }

  @Test
  void aServiceAccountsTokenEnrolsAgainAndAgain() throws Exception {
    String token =
        TestIssuer.shared("ES256", "key").token(serviceAccount("default:payments", "weft"));
    for (int i = 1; i <= 2; i++) {
      try (TestNode node = new TestNode(agent)) {
        sign(node, new Attempt(TestNode.csr(node.key, TestNode.uri(PAYMENTS)), token, "n" + i));
      }
      assertThat(agent.issued.all()).hasSize(i);
    }
    await().until(() -> !agent.state.current().enrolments().isEmpty());
  }

  private static String serviceAccount(String account, String audience) {
    return serviceAccount("k", account, audience);
  }

  private static String serviceAccount(String issuer, String account, String audience) {
    return "{\"iss\":\""
        + issuer
        + "\",\"aud\":\""
        + audience
        + "\",\"sub\":\"system:serviceaccount:"
        + account
        + "\",\"exp\":"
        + java.time.Instant.now().plusSeconds(600).getEpochSecond()
        + "}";
  }

  @Test
  void whatIsRightIsSignedAndRecorded() throws Exception {
    try (TestNode node = new TestNode(agent)) {
      sign(node, asking(TestNode.csr(node.key, TestNode.uri(PAYMENTS))));
    }
    assertThat(agent.issued.all()).hasSize(1);
    assertThat(agent.issued.all().getFirst().node()).isEqualTo("test");
  }

  @Test
  void bytesThatAreNoMessageAreRefusedAsThat() throws Exception {
    MethodDescriptor<byte[], SignResponse> method =
        CertificateServiceGrpc.getSignMethod().toBuilder(
                new MethodDescriptor.Marshaller<byte[]>() {
                  @Override
                  public InputStream stream(byte[] value) {
                    return new ByteArrayInputStream(value);
                  }

                  @Override
                  public byte[] parse(InputStream stream) {
                    throw new UnsupportedOperationException();
                  }
                },
                CertificateServiceGrpc.getSignMethod().getResponseMarshaller())
            .build();
    try (TestNode node = new TestNode(agent)) {
      StatusRuntimeException refused =
          catchThrowableOfType(
              StatusRuntimeException.class,
              () ->
                  ClientCalls.blockingUnaryCall(
                      node.channel(),
                      method,
                      CallOptions.DEFAULT.withDeadlineAfter(60, TimeUnit.SECONDS),
                      new byte[] {-1, -1, -1}));
      assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
      assertThat(refused.getStatus().getDescription()).isEqualTo("not a Sign message");
    }
    assertThat(agent.certificates.refused(SigningRefusal.CSR_MALFORMED)).isOne();
  }

  private Attempt asking(byte[] csr) {
    return new Attempt(csr, token, "test");
  }

  private static void sign(TestNode node, Attempt attempt) {
    var stub =
        CertificateServiceGrpc.newBlockingStub(node.channel())
            .withDeadlineAfter(60, TimeUnit.SECONDS);
    if (!attempt.token().isEmpty()) {
      Metadata headers = new Metadata();
      headers.put(
          Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER),
          "Bearer " + attempt.token());
      stub = stub.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
    }
    assertThat(
            stub.sign(
                SignRequest.newBuilder()
                    .setCsr(ByteString.copyFrom(attempt.csr()))
                    .setNodeId(attempt.node())
                    .build()))
        .isNotNull();
  }

  private static byte[] csr(KeyPair key, String algorithm, boolean password, boolean authority)
      throws Exception {
    ExtensionsGenerator extensions = new ExtensionsGenerator();
    extensions.addExtension(
        Extension.subjectAlternativeName, false, new GeneralNames(TestNode.uri(PAYMENTS)));
    if (authority) {
      extensions.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
    }
    var builder =
        new JcaPKCS10CertificationRequestBuilder(new X500Principal("CN=test"), key.getPublic())
            .addAttribute(PKCSObjectIdentifiers.pkcs_9_at_extensionRequest, extensions.generate());
    if (password) {
      builder.addAttribute(
          PKCSObjectIdentifiers.pkcs_9_at_challengePassword, new DERPrintableString("secret"));
    }
    return builder
        .build(new JcaContentSignerBuilder(algorithm).build(key.getPrivate()))
        .getEncoded();
  }

  private static KeyPair ec() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(256);
    return generator.generateKeyPair();
  }

  private static KeyPair rsa(int bits) throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(bits);
    return generator.generateKeyPair();
  }
}

package dev.weft.agent.attest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.agent.model.NodeAnnouncement.Role;
import dev.weft.agent.store.ResourceStore;
import dev.weft.policy.document.Problem;
import dev.weft.policy.identity.SpiffeId;
import dev.weft.policy.identity.TrustDomain;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JoinTokensTest {
  private static final byte[] KEY = {1};
  private static final byte[] OTHER_KEY = {2};

  @TempDir Path directory;
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private JoinTokens tokens;

  @BeforeEach
  void open() throws IOException {
    tokens =
        new JoinTokens(
            new ResourceStore(directory),
            new TrustDomain("east.demo"),
            () -> now,
            new SecureRandom());
  }

  @Test
  void aTokenSaysWhoItsBearerMayBecome() throws IOException {
    String token = create(Set.of("payments", "ledger"), 1).token();
    assertThat(tokens.attest(token, KEY))
        .hasValue(
            new Attestation(
                SpiffeId.parse("spiffe://east.demo/ns/default/sa/payments"),
                Set.of("payments", "ledger"),
                Role.SIDECAR));
  }

  @Test
  void withoutServicesItSpeaksForItsAccount() throws IOException {
    assertThat(tokens.attest(create(Set.of(), 1).token(), KEY).orElseThrow().services())
        .containsExactly("payments");
  }

  @Test
  void usesAreCountedByKeyAndOutliveARestart() throws IOException {
    String token = create(Set.of(), 1).token();
    assertThat(tokens.use(token, KEY)).isTrue();
    open();
    assertThat(tokens.use(token, KEY)).as("an answer that got lost").isTrue();
    assertThat(tokens.attest(token, OTHER_KEY)).isEmpty();
    assertThat(tokens.use(token, OTHER_KEY)).isFalse();
  }

  @Test
  void anExpiredTokenIsNothing() throws IOException {
    String token = create(Set.of(), 5).token();
    assertThat(tokens.use(token, KEY)).isTrue();
    now = now.plus(Duration.ofMinutes(15));
    assertThat(tokens.attest(token, KEY)).isEmpty();
    assertThat(tokens.use(token, KEY)).isFalse();
  }

  @Test
  void nearlyRightIsWrong() throws IOException {
    String token = create(Set.of(), 1).token();
    char last = token.charAt(token.length() - 1);
    assertThat(
            tokens.attest(token.substring(0, token.length() - 1) + (last == 'A' ? 'B' : 'A'), KEY))
        .isEmpty();
    assertThat(tokens.attest("", KEY)).isEmpty();
    assertThat(tokens.attest("weft_" + "0".repeat(16) + "_" + "A".repeat(43), KEY)).isEmpty();
  }

  @Test
  void theSecretIsNeitherKeptNorPrinted() throws IOException {
    JoinTokens.Created created = create(Set.of(), 1);
    String secret = created.token().substring(created.token().lastIndexOf('_') + 1);
    assertThat(created.toString()).doesNotContain(secret);
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        assertThat(Files.readString(file)).doesNotContain(secret);
      }
    }
  }

  @Test
  void everyBadFieldIsNamed() throws IOException {
    var refused =
        (JoinTokens.Refused)
            tokens.create(
                new JoinTokenDocument(
                    "Default", "", Set.of("a_b"), Role.GATEWAY, Duration.ZERO, 0));
    assertThat(refused.problems())
        .extracting(Problem::field)
        .containsExactlyInAnyOrder(
            "namespace", "serviceAccount", "services", "role", "ttlSeconds", "uses");
  }

  @Test
  void noSidecarBecomesAPartOfTheMeshItself() throws IOException {
    assertThat(
            tokens.create(
                new JoinTokenDocument(
                    "weft-system", "agent", Set.of(), Role.SIDECAR, Duration.ofMinutes(1), 1)))
        .isInstanceOf(JoinTokens.Refused.class);
    assertThat(
            tokens.create(
                new JoinTokenDocument(
                    "weft-system", "gateway", Set.of(), Role.GATEWAY, Duration.ofMinutes(1), 1)))
        .isInstanceOf(JoinTokens.Created.class);
  }

  private JoinTokens.Created create(Set<String> services, int uses) throws IOException {
    return (JoinTokens.Created)
        tokens.create(
            new JoinTokenDocument(
                "default", "payments", services, Role.SIDECAR, Duration.ofMinutes(15), uses));
  }
}

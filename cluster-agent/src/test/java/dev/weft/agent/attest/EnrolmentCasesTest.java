package dev.weft.agent.attest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weft.agent.policycases.OwnCases;
import dev.weft.agent.store.ResourceStore;
import dev.weft.policy.document.Validated;
import dev.weft.policy.identity.SpiffeId;
import dev.weft.policy.identity.TrustDomain;
import dev.weft.policy.jwt.TestIssuer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every field of what enrols and denies has a case that it lets through and one that it does not.
 */
class EnrolmentCasesTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final TrustDomain EAST = new TrustDomain("east.demo");
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final List<String> ROLES = List.of("sidecar", "gateway");
  private static final TestIssuer ISSUER = TestIssuer.shared("ES256", "issuer");
  private static final TestIssuer STRANGER = TestIssuer.shared("RS256", "stranger");

  @TempDir private Path directory;
  private int made;

  @Test
  void joinTokens() throws Exception {
    new OwnCases("join-tokens")
        .hold(
            withEnums(JoinTokenDocument.FIELDS, Map.of("role", ROLES)),
            Map.of("role", ROLES),
            Map.of(),
            this::joined);
  }

  @Test
  void denials() throws Exception {
    new OwnCases("denials")
        .hold(
            new TreeSet<>(DenialDocument.FIELDS),
            Map.of(),
            Map.of("reason", "is for people"),
            this::denied);
  }

  @Test
  void tokenIssuers() throws Exception {
    Map<String, List<String>> enums =
        Map.of("issuers.role", ROLES, "issuers.kubernetes", List.of("true", "false"));
    Set<String> schema = new TreeSet<>();
    TokenIssuersDocument.FIELDS.forEach(field -> schema.add("issuers." + field));
    schema.remove("issuers.identity");
    TokenIssuersDocument.IDENTITY.forEach(field -> schema.add("issuers.identity." + field));
    schema.remove("issuers.review");
    TokenIssuersDocument.REVIEW.forEach(field -> schema.add("issuers.review." + field));
    new OwnCases("token-issuers")
        .hold(
            withEnums(schema, enums),
            enums,
            Map.of(
                "issuers.name",
                "is for people",
                "issuers.ca",
                "is about servers of keys: RemoteKeysTest",
                "issuers.token",
                "is about servers of keys: RemoteKeysTest",
                "issuers.review.server",
                "is about an API server: TokenReviewsTest",
                "issuers.review.ca",
                "is about an API server: TokenReviewsTest",
                "issuers.review.token",
                "is about an API server: TokenReviewsTest",
                "issuers.kubernetes=false",
                "is as if it were not there"),
            this::attested);
  }

  private static Set<String> withEnums(Set<String> fields, Map<String, List<String>> enums) {
    Set<String> all = new TreeSet<>(fields);
    enums.forEach((field, values) -> {
      all.remove(field);
      values.forEach(value -> all.add(field + "=" + value));
    });
    return all;
  }

  private List<Boolean> joined(JsonNode document, List<JsonNode> cases) throws Exception {
    List<Boolean> decisions = new ArrayList<>();
    for (JsonNode one : cases) {
      Instant[] now = {NOW};
      JoinTokens tokens =
          new JoinTokens(
              new ResourceStore(directory.resolve("tokens" + made++)),
              EAST,
              () -> now[0],
              new SecureRandom());
      if (!(JoinTokenDocument.read(document)
              instanceof Validated.Valid<JoinTokenDocument>(var want))
          || !(tokens.create(want) instanceof JoinTokens.Created created)) {
        return List.of();
      }
      for (int i = 0; i < one.path("usedBefore").asInt(0); i++) {
        tokens.use(created.token(), new byte[] {1, (byte) i});
      }
      now[0] = NOW.plusSeconds(one.path("afterSeconds").asLong(0));
      decisions.add(becomes(one, tokens.attest(created.token(), new byte[] {2})));
    }
    return decisions;
  }

  private List<Boolean> attested(JsonNode document, List<JsonNode> cases) throws Exception {
    Path home = Files.createDirectory(directory.resolve("issuers" + made++));
    Files.writeString(home.resolve("issuers.yaml"), JSON.writeValueAsString(document));
    Files.writeString(home.resolve("keys.json"), TestIssuer.set(ISSUER.jwk()));
    try (TokenIssuers issuers =
        new TokenIssuers(
            Optional.of(home.resolve("issuers.yaml")),
            EAST,
            () -> NOW,
            Executors.newSingleThreadScheduledExecutor(),
            new Random(1))) {
      return attested(issuers, cases);
    }
  }

  private static List<Boolean> attested(TokenIssuers issuers, List<JsonNode> cases) {
    if (!issuers.problems().isEmpty()) {
      return List.of();
    }
    List<Boolean> decisions = new ArrayList<>();
    for (JsonNode one : cases) {
      var claims = (com.fasterxml.jackson.databind.node.ObjectNode) one.path("token").deepCopy();
      claims.put("exp", NOW.plus(Duration.ofMinutes(10)).getEpochSecond());
      TestIssuer signer = one.path("signedBy").asText().equals("stranger") ? STRANGER : ISSUER;
      Optional<Attestation> found =
          issuers.attest(signer.token(claims.toString()))
                  instanceof TokenIssuers.Attested(Attestation attestation)
              ? Optional.of(attestation)
              : Optional.empty();
      decisions.add(becomes(one, found));
    }
    return decisions;
  }

  /** Whether somebody becomes who the case asks to be. */
  private static boolean becomes(JsonNode one, Optional<Attestation> found) {
    return found
        .filter(is ->
            is.identity().equals(SpiffeId.parse(one.path("identity").asText()))
                && (!one.has("service") || is.services().contains(one.path("service").asText()))
                && is.role().name().toLowerCase(Locale.ROOT).equals(one.path("role").asText()))
        .isPresent();
  }

  private List<Boolean> denied(JsonNode document, List<JsonNode> cases) throws IOException {
    Denials denials =
        new Denials(
            new ResourceStore(directory.resolve("denials" + made++)),
            () -> NOW,
            Duration.ofHours(24));
    if (!(DenialDocument.read(document) instanceof Validated.Valid<DenialDocument>(var wanted))) {
      return List.of();
    }
    denials.deny(wanted.subject(), wanted.reason());
    return cases.stream()
        .map(one ->
            !denials.refuses(
                SpiffeId.parse(one.path("identity").asText()),
                Denials.serial(one.path("serial").asText()).orElseThrow(),
                one.path("ownTrustDomain").asBoolean()))
        .toList();
  }
}

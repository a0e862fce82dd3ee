package dev.weft.agent.attest;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.agent.model.NodeAnnouncement.Role;
import dev.weft.policy.document.Fields;
import dev.weft.policy.document.Problem;
import dev.weft.policy.document.Validated;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A join token that somebody asks for; {@link JoinTokens#create} says whether it can be had.
 *
 * @param services names in the namespace; empty: the service account's name
 * @param ttl from when it is made
 * @param uses by how many keys
 */
public record JoinTokenDocument(
    String namespace,
    String serviceAccount,
    Set<String> services,
    Role role,
    Duration ttl,
    int uses) {

  /** Its fields; no other is taken. */
  static final Set<String> FIELDS =
      Set.of("namespace", "serviceAccount", "services", "role", "ttlSeconds", "uses");

  private static final int DEFAULT_TTL_SECONDS = 900;

  public JoinTokenDocument {
    services = Set.copyOf(services);
  }

  /** Reads it; what is left out has its default. */
  public static Validated<JoinTokenDocument> read(JsonNode document) {
    List<Problem> problems = new ArrayList<>();
    Fields fields = Fields.of(document, problems, FIELDS);
    int longest = (int) JoinTokens.LONGEST_TTL.toSeconds();
    JoinTokenDocument read =
        new JoinTokenDocument(
            fields.text("namespace").orElse("default"),
            fields.requiredText("serviceAccount").orElse(""),
            new LinkedHashSet<>(fields.texts("services")),
            role(fields),
            Duration.ofSeconds(fields.number("ttlSeconds", 1, longest).orElse(DEFAULT_TTL_SECONDS)),
            fields.number("uses", 1, JoinTokens.MOST_USES).orElse(1));
    return Validated.of(problems, () -> read);
  }

  /** The field {@code role}; a sidecar's when it is left out. */
  static Role role(Fields fields) {
    String text = fields.text("role").orElse("sidecar");
    return switch (text) {
      case "sidecar" -> Role.SIDECAR;
      case "gateway" -> Role.GATEWAY;
      default -> {
        fields.problem("role", "expected sidecar or gateway, found \"" + Fields.brief(text) + "\"");
        yield Role.SIDECAR;
      }
    };
  }
}

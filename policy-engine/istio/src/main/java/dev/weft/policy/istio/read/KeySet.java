package dev.weft.policy.istio.read;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.policy.document.Document;
import dev.weft.policy.jwt.Jwks;
import dev.weft.policy.jwt.JwksReading;
import java.util.List;
import java.util.Set;

/**
 * A JSON web key set (RFC 7517) that may go to every sidecar: public keys and nothing else. Whoever
 * answers at a {@code jwksUri} cannot get anything else of theirs into the configuration.
 */
public sealed interface KeySet {

  /**
   * @param json the keys' public members, in the order that they came in
   */
  record Public(String json) implements KeySet {}

  /**
   * @param reason for people; holds nothing of the keys
   */
  record Refused(String reason) implements KeySet {}

  /** How many keys a set may have. */
  int MOST = Jwks.MOST_KEYS;

  /** Reads a set, or one key alone. */
  static KeySet read(String text) {
    if (!(Document.parse(text.getBytes(UTF_8), Document.Format.JSON)
        instanceof Document.Parsed(JsonNode tree))) {
      return new Refused("expected a JSON web key set");
    }
    JsonNode keys = tree.has("keys") ? tree.get("keys") : single(tree);
    if (!keys.isArray() || keys.isEmpty() || keys.size() > MOST) {
      return new Refused("expected a JSON web key set of 1 to " + MOST + " keys");
    }
    ArrayNode found = JsonNodeFactory.instance.arrayNode();
    for (int i = 0; i < keys.size(); i++) {
      JsonNode key = keys.get(i);
      String kind = key.path("kty").asText();
      if (Members.PRIVATE.stream().anyMatch(key::has)) {
        return new Refused("key " + i + " is a private or a shared one; expected public keys");
      }
      if (Members.KINDS.contains(kind)) {
        ObjectNode kept = found.addObject();
        Members.PUBLIC.stream().filter(key::has).forEach(name -> kept.set(name, key.get(name)));
      }
    }
    String json = JsonNodeFactory.instance.objectNode().set("keys", found).toString();
    // Sidecars read it so, and would refuse all that comes with it.
    return switch (Jwks.read(json.getBytes(UTF_8))) {
      case Jwks usable -> new Public(json);
      case JwksReading.Unusable(String why) -> new Refused("the key set " + why);
    };
  }

  private static JsonNode single(JsonNode tree) {
    return tree.has("kty") ? JsonNodeFactory.instance.arrayNode().add(tree) : tree;
  }

  /** Of a key. */
  final class Members {
    private static final Set<String> KINDS = Set.of("RSA", "EC", "OKP");
    private static final List<String> PUBLIC =
        List.of("kty", "use", "key_ops", "alg", "kid", "x5c", "x5t", "n", "e", "crv", "x", "y");

    /** RFC 7518, sections 6.2.2, 6.3.2 and 6.4.1. */
    private static final Set<String> PRIVATE = Set.of("d", "p", "q", "dp", "dq", "qi", "oth", "k");

    private Members() {}
  }
}

package dev.weft.policy.istio.read;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.policy.istio.Attribute;
import dev.weft.policy.istio.AuthorizationPolicy.Action;
import dev.weft.policy.istio.PeerAuthentication.Mode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Every field and every enum value of the three kinds, as the readers know them: what they take
 * cannot be missing here. Paths without indexes; {@code path=value} for a value of an enum.
 */
public final class SecuritySchema {
  private static final String DRY_RUN =
      "metadata.annotations." + AuthorizationPolicyDocument.DRY_RUN;

  private SecuritySchema() {}

  /** All of them, {@code <kind>.<path>}. */
  public static Set<String> all() {
    Set<String> all = new TreeSet<>();
    String policy = "AuthorizationPolicy.";
    all.add(policy + DRY_RUN);
    for (String field : AuthorizationPolicyDocument.SPEC) {
      String at = policy + "spec." + field;
      switch (field) {
        case "selector" -> under(all, at, SecurityDocument.SELECTOR);
        case "targetRef", "targetRefs" -> under(all, at, SecurityDocument.TARGET);
        case "provider" -> under(all, at, AuthorizationPolicyDocument.PROVIDER);
        case "action" -> Arrays.stream(Action.values()).forEach(value -> all.add(at + "=" + value));
        case "rules" -> RuleReader.RULE.forEach(part -> rule(all, at + "." + part, part));
        default -> all.add(at);
      }
    }
    for (String field : PeerAuthenticationDocument.SPEC) {
      String at = "PeerAuthentication.spec." + field;
      switch (field) {
        case "selector" -> under(all, at, SecurityDocument.SELECTOR);
        case "mtls" ->
            Arrays.stream(Mode.values()).forEach(value -> all.add(at + ".mode=" + value));
        default -> all.add(at);
      }
    }
    for (String field : RequestAuthenticationDocument.SPEC) {
      String at = "RequestAuthentication.spec." + field;
      switch (field) {
        case "selector" -> under(all, at, SecurityDocument.SELECTOR);
        case "targetRef", "targetRefs" -> under(all, at, SecurityDocument.TARGET);
        case "jwtRules" -> JwtRuleReader.RULE.forEach(part -> jwtRule(all, at + "." + part, part));
        default -> all.add(at);
      }
    }
    return all;
  }

  private static void rule(Set<String> all, String at, String part) {
    switch (part) {
      case "from" -> under(all, at + ".source", RuleReader.SOURCE);
      case "to" -> under(all, at + ".operation", RuleReader.OPERATION);
      case "when" -> {
        for (String field : RuleReader.CONDITION) {
          if (field.equals("key")) {
            Arrays.stream(Attribute.values())
                .map(Attribute::key)
                .filter(key -> !key.isEmpty())
                .forEach(key -> all.add(at + ".key=" + key));
          } else {
            all.add(at + "." + field);
          }
        }
      }
      default -> all.add(at);
    }
  }

  private static void jwtRule(Set<String> all, String at, String part) {
    switch (part) {
      case "fromHeaders" -> under(all, at, JwtRuleReader.FROM_HEADER);
      case "outputClaimToHeaders" -> under(all, at, JwtRuleReader.CLAIM_HEADER);
      default -> all.add(at);
    }
  }

  private static void under(Set<String> all, String at, Set<String> fields) {
    fields.forEach(field -> all.add(at + "." + field));
  }

  /**
   * The documents without the field, or with another value of the enum; several where there are
   * several other values; none where the documents do not have it.
   */
  public static List<List<JsonNode>> without(List<JsonNode> documents, String id) {
    int dot = id.indexOf('.');
    String kind = id.substring(0, dot);
    int equals = id.indexOf('=');
    String path = equals < 0 ? id.substring(dot + 1) : id.substring(dot + 1, equals);
    String value = equals < 0 ? "" : id.substring(equals + 1);
    List<List<JsonNode>> variants = new ArrayList<>();
    for (String other : others(path, value)) {
      List<JsonNode> changed = new ArrayList<>();
      boolean found = false;
      for (JsonNode document : documents) {
        JsonNode copy = document.deepCopy();
        if (copy.path("kind").asText().equals(kind)) {
          found |= change(copy, path, value, other);
        }
        changed.add(copy);
      }
      if (found) {
        variants.add(changed);
      }
    }
    return variants;
  }

  private static List<String> others(String path, String value) {
    if (path.endsWith(".key") || value.isEmpty()) {
      return List.of("");
    }
    Enum<?>[] values = path.endsWith("action") ? Action.values() : Mode.values();
    return Arrays.stream(values).map(Enum::name).filter(name -> !name.equals(value)).toList();
  }

  /** An empty {@code other}: takes it away; of a condition all of it. */
  private static boolean change(JsonNode node, String path, String value, String other) {
    if (path.equals(DRY_RUN)) {
      return ((ObjectNode) node.path("metadata").path("annotations"))
              .remove(AuthorizationPolicyDocument.DRY_RUN)
          != null;
    }
    if (path.endsWith(".when.key")) {
      String fixed = value.replace("[]", "");
      return conditions(node, text -> text.startsWith(fixed));
    }
    return fields(node, List.of(path.split("\\.")), value, other);
  }

  private static boolean conditions(JsonNode document, Predicate<String> which) {
    boolean found = false;
    for (JsonNode rule : document.path("spec").path("rules")) {
      Iterator<JsonNode> each = rule.path("when").elements();
      while (each.hasNext()) {
        if (which.test(each.next().path("key").asText())) {
          each.remove();
          found = true;
        }
      }
    }
    return found;
  }

  private static boolean fields(JsonNode node, List<String> path, String value, String other) {
    if (node instanceof ArrayNode array) {
      boolean found = false;
      for (JsonNode element : array) {
        found |= fields(element, path, value, other);
      }
      return found;
    }
    if (!(node instanceof ObjectNode object) || !object.has(path.getFirst())) {
      return false;
    }
    if (path.size() > 1) {
      return fields(object.get(path.getFirst()), path.subList(1, path.size()), value, other);
    }
    if (value.isEmpty()) {
      object.remove(path.getFirst());
      return true;
    }
    if (object.get(path.getFirst()).asText().equals(value)) {
      object.put(path.getFirst(), other);
      return true;
    }
    return false;
  }
}

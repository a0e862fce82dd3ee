package dev.weft.agent.policycases;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.policy.document.Document;
import dev.weft.policy.document.Fields;
import dev.weft.policy.document.Problem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/**
 * Cases of one of Weft's own kinds, {@code own-cases/<kind>.yaml}: documents, and who is let
 * through by them. As with Istio's kinds each field and each value of an enum has to decide
 * something.
 */
public final class OwnCases {
  private final List<Group> groups = new ArrayList<>();

  /**
   * @param covers fields that decide here; {@code field=value} for a value of an enum
   */
  private record Group(String name, List<String> covers, JsonNode document, List<JsonNode> cases) {}

  /** Says what becomes of cases. */
  public interface Decider {
    /**
     * Whether each of the cases is let through.
     *
     * @return empty: the document is refused
     */
    List<Boolean> decide(JsonNode document, List<JsonNode> cases) throws Exception;
  }

  /** Reads a kind's file. */
  public OwnCases(String kind) throws Exception {
    Path file =
        Path.of(Objects.requireNonNull(System.getProperty("weft.root"), "run by Maven"))
            .resolve("cluster-agent/src/test/resources/own-cases/" + kind + ".yaml");
    if (!(Document.parse(Files.readAllBytes(file), Document.Format.YAML)
        instanceof Document.Parsed(JsonNode tree))) {
      throw new AssertionError(file + " is malformed");
    }
    List<Problem> problems = new ArrayList<>();
    Fields fields = Fields.of(tree, problems, Set.of("groups"));
    for (JsonNode element : fields.array("groups")) {
      Fields group =
          fields.element(
              element, "groups", Set.of("name", "covers", "document", "cases", "defaults"));
      List<JsonNode> cases = new ArrayList<>();
      for (JsonNode one : group.array("cases")) {
        ObjectNode whole = one.deepCopy();
        group
            .node("defaults")
            .properties()
            .forEach(member -> {
              if (!whole.has(member.getKey())) {
                whole.set(member.getKey(), member.getValue());
              }
            });
        cases.add(whole);
      }
      groups.add(
          new Group(
              group.requiredText("name").orElse(""),
              group.texts("covers"),
              group.node("document"),
              cases));
    }
    assertThat(problems).isEmpty();
  }

  /**
   * Plays all cases, and each again with every covered field taken away.
   *
   * @param schema every field and enum value of the kind
   * @param enums the values of the enums among them, by field
   * @param unobservable what nobody is let through or refused by, and why
   */
  public void hold(
      Set<String> schema,
      Map<String, List<String>> enums,
      Map<String, String> unobservable,
      Decider decider)
      throws Exception {
    Set<String> missing = new TreeSet<>(schema);
    assertThat(missing).containsAll(unobservable.keySet());
    missing.removeAll(unobservable.keySet());
    List<String> wrong = new ArrayList<>();
    for (Group group : groups) {
      List<Boolean> expected = group.cases().stream().map(one -> allowed(group, one)).toList();
      assertThat(expected).as(group.name()).contains(true, false);
      assertThat(group.covers()).as(group.name()).isSubsetOf(schema);
      List<Boolean> seen = decider.decide(group.document(), group.cases());
      assertThat(seen).as("decisions of %s, %s", group.name(), group.cases()).isEqualTo(expected);
      for (String field : group.covers()) {
        missing.remove(field);
        List<JsonNode> variants = without(group.document(), field, enums);
        boolean matters = false;
        for (JsonNode variant : variants) {
          matters |= !decider.decide(variant, group.cases()).equals(expected);
        }
        if (!matters) {
          wrong.add(group.name() + ": without " + field + " nothing would be decided otherwise");
        }
      }
    }
    assertThat(missing).as("fields without cases").isEmpty();
    assertThat(wrong).as("fields that do nothing").isEmpty();
  }

  private static boolean allowed(Group group, JsonNode one) {
    return switch (one.path("expect").asText()) {
      case "allow" -> true;
      case "deny" -> false;
      default -> throw new AssertionError(group.name() + ": expect is allow or deny");
    };
  }

  private static List<JsonNode> without(
      JsonNode document, String id, Map<String, List<String>> enums) {
    int equals = id.indexOf('=');
    String field = equals < 0 ? id : id.substring(0, equals);
    List<JsonNode> variants = new ArrayList<>();
    if (equals < 0) {
      JsonNode copy = document.deepCopy();
      if (change(copy, List.of(field.split("\\.")), "", "")) {
        variants.add(copy);
      }
      return variants;
    }
    String value = id.substring(equals + 1);
    for (String other : enums.getOrDefault(field, List.of())) {
      JsonNode copy = document.deepCopy();
      if (!other.equals(value) && change(copy, List.of(field.split("\\.")), value, other)) {
        variants.add(copy);
      }
    }
    return variants;
  }

  /** An empty {@code other}: takes it away. */
  private static boolean change(JsonNode node, List<String> path, String value, String other) {
    if (node instanceof ArrayNode array) {
      boolean found = false;
      for (int i = 0; i < array.size(); i++) {
        if (path.isEmpty() && array.get(i).asText().equals(value)) {
          array.set(i, array.textNode(other));
          found = true;
        } else if (!path.isEmpty()) {
          found |= change(array.get(i), path, value, other);
        }
      }
      return found;
    }
    if (path.isEmpty() || !(node instanceof ObjectNode object)) {
      return false;
    }
    // The names of annotations have dots in them.
    String rest = String.join(".", path);
    String name = object.has(rest) ? rest : path.getFirst();
    JsonNode member = object.path(name);
    if (member.isMissingNode()) {
      return false;
    }
    if (name.equals(rest) && other.isEmpty()) {
      object.remove(name);
      return true;
    }
    if (!name.equals(rest) || member.isArray()) {
      return change(member, path.subList(1, path.size()), value, other);
    }
    if (member.asText().equals(value)) {
      object.put(name, other);
      return true;
    }
    return false;
  }
}

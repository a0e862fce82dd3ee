package dev.weft.agent.catalog.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.weft.agent.catalog.GoDuration;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The fields of one JSON object, read as Consul reads them: names in any case, {@code null} as not
 * there, an unknown field refused by its name. Used by one thread.
 */
final class Fields {
  private final Map<String, JsonNode> byLowerName = new HashMap<>();
  private final Map<String, String> sentName = new HashMap<>();
  private final Set<String> read = new HashSet<>();
  private final String path;

  /**
   * @param path in front of field names in errors, for instance {@code Check.}, or {@code
   *     Checks[1].}
   */
  Fields(JsonNode object, String path) {
    this.path = path;
    for (Map.Entry<String, JsonNode> field : object.properties()) {
      String lower = field.getKey().toLowerCase(Locale.ROOT);
      byLowerName.put(lower, field.getValue());
      sentName.put(lower, field.getKey());
    }
  }

  boolean has(String name) {
    return !node(name).isMissingNode();
  }

  JsonNode node(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    read.add(lower);
    JsonNode node = byLowerName.get(lower);
    return node == null || node.isNull() ? MissingNode.getInstance() : node;
  }

  String text(String name, String otherwise) {
    JsonNode node = node(name);
    if (node.isMissingNode()) {
      return otherwise;
    }
    if (!node.isTextual()) {
      throw wrongType(node, name, "string");
    }
    return node.textValue();
  }

  int number(String name, int otherwise) {
    JsonNode node = node(name);
    if (node.isMissingNode()) {
      return otherwise;
    }
    if (!node.isIntegralNumber() || !node.canConvertToInt()) {
      throw wrongType(node, name, "int");
    }
    return node.intValue();
  }

  boolean flag(String name) {
    JsonNode node = node(name);
    if (!node.isMissingNode() && !node.isBoolean()) {
      throw wrongType(node, name, "bool");
    }
    return node.asBoolean(false);
  }

  /** Whether one of the two names of a flag is set. */
  boolean anyFlag(String name, String otherName) {
    boolean one = flag(name);
    boolean other = flag(otherName);
    return one || other;
  }

  /** A duration as text, or a number of nanoseconds. */
  Duration duration(String name, Duration otherwise) {
    JsonNode node = node(name);
    if (node.isMissingNode()) {
      return otherwise;
    }
    if (node.isIntegralNumber() && node.canConvertToLong()) {
      return Duration.ofNanos(node.longValue());
    }
    if (!node.isTextual()) {
      throw wrongType(node, name, "time.Duration");
    }
    try {
      return GoDuration.parse(node.textValue());
    } catch (IllegalArgumentException e) {
      throw RegistryError.badRequest(
          "Request decode failed: " + path + name + ": " + e.getMessage());
    }
  }

  List<String> texts(String name) {
    return texts(node(name), name);
  }

  private List<String> texts(JsonNode node, String name) {
    if (!node.isMissingNode() && !node.isNull() && !node.isArray()) {
      throw wrongType(node, name, "[]string");
    }
    List<String> texts = new ArrayList<>();
    for (JsonNode item : node) {
      if (!item.isTextual()) {
        throw wrongType(item, name, "string");
      }
      texts.add(item.textValue());
    }
    return texts;
  }

  Map<String, String> textMap(String name) {
    JsonNode node = node(name);
    if (!node.isMissingNode() && !node.isObject()) {
      throw wrongType(node, name, "map[string]string");
    }
    Map<String, String> map = new HashMap<>();
    node.properties()
        .forEach(field -> {
          if (!field.getValue().isTextual()) {
            throw wrongType(field.getValue(), name, "string");
          }
          map.put(field.getKey(), field.getValue().textValue());
        });
    return map;
  }

  Map<String, List<String>> listMap(String name) {
    JsonNode node = node(name);
    if (!node.isMissingNode() && !node.isObject()) {
      throw wrongType(node, name, "map[string][]string");
    }
    Map<String, List<String>> map = new HashMap<>();
    node.properties().forEach(field -> map.put(field.getKey(), texts(field.getValue(), name)));
    return map;
  }

  /** An object within; without fields when it is not there. */
  Fields object(String name, String type) {
    JsonNode node = node(name);
    if (!node.isMissingNode() && !node.isObject()) {
      throw wrongType(node, name, type);
    }
    return new Fields(node, path + name + ".");
  }

  /** The objects of a map, by their keys. */
  Map<String, Fields> objects(String name, String type) {
    JsonNode node = node(name);
    if (!node.isMissingNode() && !node.isObject()) {
      throw wrongType(node, name, "map[string]" + type);
    }
    Map<String, Fields> objects = new HashMap<>();
    for (Map.Entry<String, JsonNode> field : node.properties()) {
      if (!field.getValue().isObject()) {
        throw wrongType(field.getValue(), name, type);
      }
      objects.put(field.getKey(), new Fields(field.getValue(), path + name + "."));
    }
    return objects;
  }

  boolean isEmpty() {
    return byLowerName.values().stream().allMatch(JsonNode::isNull);
  }

  String path() {
    return path;
  }

  /** What Go calls this kind of value. */
  static String kind(JsonNode node) {
    return node.getNodeType().name().toLowerCase(Locale.ROOT).replace("boolean", "bool");
  }

  /** Accepts fields that have no meaning here. */
  void ignore(String... names) {
    for (String name : names) {
      read.add(name.toLowerCase(Locale.ROOT));
    }
  }

  /** Refuses the fields that nobody asked for. */
  void refuseOthers() {
    for (String lower : new TreeSet<>(byLowerName.keySet())) {
      if (!read.contains(lower)) {
        throw RegistryError.badRequest(
            "Request decode failed: json: unknown field \"" + sentName.get(lower) + "\"");
      }
    }
  }

  /** In the words of Go's decoder, so that whoever reads logs for them finds them. */
  RegistryError wrongType(JsonNode node, String name, String expected) {
    String kind = kind(node);
    String found = node.isNumber() && !node.isIntegralNumber() ? kind + " " + node.asText() : kind;
    return RegistryError.badRequest(
        "Request decode failed: json: cannot unmarshal "
            + found
            + " into Go struct field ."
            + "Alias."
            + (path.isEmpty() ? "" : path + "Alias.")
            + name
            + " of type "
            + expected);
  }
}

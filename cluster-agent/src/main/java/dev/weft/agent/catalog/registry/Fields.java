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
   * @param path in front of field names in errors, for instance {@code Check.}
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

  /** A duration as text, or a number of nanoseconds. */
  Duration duration(String name, Duration otherwise) {
    JsonNode node = node(name);
    if (node.isMissingNode()) {
      return otherwise;
    }
    if (node.isIntegralNumber()) {
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
    JsonNode node = node(name);
    if (!node.isMissingNode() && !node.isArray()) {
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
    Map<String, List<String>> map = new HashMap<>();
    Fields inner = new Fields(node, path + name + ".");
    node.fieldNames().forEachRemaining(key -> map.put(key, inner.texts(key)));
    return map;
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

  private RegistryError wrongType(JsonNode node, String name, String expected) {
    String found = node.getNodeType().name().toLowerCase(Locale.ROOT).replace("boolean", "bool");
    return RegistryError.badRequest(
        "Request decode failed: json: cannot unmarshal "
            + found
            + " into field "
            + path
            + name
            + " of type "
            + expected);
  }
}

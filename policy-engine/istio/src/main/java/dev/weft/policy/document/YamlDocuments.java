package dev.weft.policy.document;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The documents of a YAML stream. What an alias ({@code *name}) stands for is put in its place, and
 * so is what a merge key ({@code <<}) adds, as those do who read such files before an API server
 * gets them; what all aliases of a document stand for is bounded. Not thread-safe.
 */
final class YamlDocuments {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final String MERGE = "<<";
  private static final int MOST_ALIASED = 10_000;

  private final AnchoredParser parser;
  private final int deepest;
  private final Map<String, JsonNode> anchors = new HashMap<>();
  private int aliased;

  /**
   * @param deepest how deep values may be within each other
   */
  YamlDocuments(AnchoredParser parser, int deepest) {
    this.parser = parser;
    this.deepest = deepest;
  }

  /** The next one that is not empty; {@code null}: there is none. */
  @Nullable JsonNode next() throws IOException {
    while (parser.nextToken() != null) {
      anchors.clear();
      aliased = 0;
      JsonNode tree = value(0);
      // Comments alone, or nothing, between two lines of dashes.
      if (!tree.isNull()) {
        return tree;
      }
    }
    return null;
  }

  /** What begins with the current token; afterwards its last token is the current one. */
  private JsonNode value(int depth) throws IOException {
    if (parser.isCurrentAlias()) {
      return aliased(depth);
    }
    String anchor = parser.anchor();
    JsonNode value =
        switch (parser.currentToken()) {
          case START_OBJECT -> object(depth);
          case START_ARRAY -> array(depth);
          case VALUE_STRING -> NODES.textNode(parser.getText());
          case VALUE_NUMBER_INT -> whole();
          case VALUE_NUMBER_FLOAT -> NODES.numberNode(parser.getDoubleValue());
          case VALUE_TRUE -> NODES.booleanNode(true);
          case VALUE_FALSE -> NODES.booleanNode(false);
          case VALUE_NULL -> NODES.nullNode();
          case END_OBJECT, END_ARRAY, FIELD_NAME, VALUE_EMBEDDED_OBJECT, NOT_AVAILABLE ->
              throw new JsonParseException(parser, "a value of a kind that is not understood");
        };
    if (anchor != null) {
      anchors.put(anchor, value);
    }
    return value;
  }

  private JsonNode whole() throws IOException {
    return switch (parser.getNumberType()) {
      case INT -> NODES.numberNode(parser.getIntValue());
      case LONG -> NODES.numberNode(parser.getLongValue());
      case BIG_INTEGER, FLOAT, DOUBLE, BIG_DECIMAL -> NODES.numberNode(parser.getBigIntegerValue());
    };
  }

  private JsonNode array(int depth) throws IOException {
    ArrayNode array = NODES.arrayNode();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      array.add(value(depth + 1));
    }
    return array;
  }

  private JsonNode object(int depth) throws IOException {
    ObjectNode object = NODES.objectNode();
    ObjectNode merged = NODES.objectNode();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      parser.nextToken();
      JsonNode value = value(depth + 1);
      if (name.equals(MERGE) && value.isObject()) {
        merge(merged, value);
      } else if (name.equals(MERGE) && value.isArray() && allObjects(value)) {
        value.forEach(one -> merge(merged, one));
      } else {
        object.set(name, value);
      }
    }
    merge(object, merged);
    return object;
  }

  private static boolean allObjects(JsonNode array) {
    for (JsonNode element : array) {
      if (!element.isObject()) {
        return false;
      }
    }
    return true;
  }

  /** What is there already stays. */
  private static void merge(ObjectNode into, JsonNode from) {
    from.properties().forEach(field -> into.putIfAbsent(field.getKey(), field.getValue()));
  }

  private JsonNode aliased(int depth) throws IOException {
    String name = parser.getText();
    JsonNode meant = anchors.get(name);
    if (meant == null) {
      throw new JsonParseException(
          parser, "*" + Fields.brief(name) + " stands for nothing that comes before it");
    }
    aliased += size(meant);
    if (aliased > MOST_ALIASED) {
      throw new JsonParseException(
          parser, "aliases stand for more than " + MOST_ALIASED + " values");
    }
    if (depth + height(meant) > deepest) {
      throw new JsonParseException(
          parser, "with what aliases stand for deeper than " + deepest + " levels");
    }
    return meant.deepCopy();
  }

  private static int size(JsonNode node) {
    int size = 1;
    for (JsonNode child : node) {
      size += size(child);
    }
    return size;
  }

  private static int height(JsonNode node) {
    int height = 0;
    for (JsonNode child : node) {
      height = Math.max(height, height(child));
    }
    return height + 1;
  }
}

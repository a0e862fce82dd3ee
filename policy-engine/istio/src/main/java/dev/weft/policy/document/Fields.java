package dev.weft.policy.document;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads the fields of one object of a document and writes down, with their paths, those that are
 * missing, unknown or of the wrong type. A field with a problem reads as absent, so that reading
 * goes on and finds the others. Not thread-safe.
 */
public final class Fields {

  private final JsonNode node;
  private final String path;
  private final List<Problem> problems;

  private Fields(JsonNode node, String path, List<Problem> problems, Set<String> known) {
    this.node = node;
    this.path = path;
    this.problems = problems;
    if (!node.isMissingNode() && !node.isNull() && !node.isObject()) {
      problems.add(new Problem(path, "expected an object, found " + type(node)));
    }
    for (String name : (Iterable<String>) node::fieldNames) {
      if (!known.contains(name)) {
        problems.add(new Problem(at(name), "unknown field"));
      }
    }
  }

  /**
   * The document itself.
   *
   * @param problems where problems are added
   * @param known every other field is a problem
   */
  public static Fields of(JsonNode document, List<Problem> problems, Set<String> known) {
    return new Fields(document, "", problems, known);
  }

  /** A nested object; its fields read as absent when it is absent. */
  public Fields object(String name, Set<String> known) {
    return new Fields(get(name), at(name), problems, known);
  }

  /** A field as it is. */
  public JsonNode node(String name) {
    return get(name);
  }

  /** An object of an array; {@code path} is the element's own. */
  public Fields element(JsonNode element, String elementPath, Set<String> known) {
    return new Fields(element, elementPath, problems, known);
  }

  /** The path of a field of this object. */
  public String at(String name) {
    return path.isEmpty() ? name : path + "." + name;
  }

  public boolean has(String name) {
    JsonNode value = get(name);
    return !value.isMissingNode() && !value.isNull();
  }

  /** A text that has to be there. */
  public Optional<String> requiredText(String name) {
    if (!has(name)) {
      problem(name, "required");
    }
    return text(name);
  }

  public Optional<String> text(String name) {
    return has(name)
        ? typed(name, get(name).isTextual(), "a text").map(JsonNode::textValue)
        : Optional.empty();
  }

  /** A whole number within bounds, both included. */
  public Optional<Integer> number(String name, int least, int most) {
    if (!has(name)) {
      return Optional.empty();
    }
    String expected = "a number from " + least + " to " + most;
    Optional<JsonNode> value = typed(name, get(name).isNumber(), expected);
    if (value.isEmpty()) {
      return Optional.empty();
    }
    JsonNode number = value.get();
    if (!number.isIntegralNumber()
        || !number.canConvertToInt()
        || number.intValue() < least
        || number.intValue() > most) {
      problem(name, "expected " + expected + ", found " + brief(number.asText()));
      return Optional.empty();
    }
    return Optional.of(number.intValue());
  }

  /** The same, where a text of digits is a number too, as in the JSON of protobuf. */
  public Optional<Integer> numberOrDigits(String name, int least, int most) {
    if (!get(name).isTextual() || !get(name).textValue().matches("\\d{1,9}")) {
      return number(name, least, most);
    }
    int number = Integer.parseInt(get(name).textValue());
    if (number < least || number > most) {
      problem(name, "expected a number from " + least + " to " + most + ", found " + number);
      return Optional.empty();
    }
    return Optional.of(number);
  }

  /** True or false. */
  public Optional<Boolean> flag(String name) {
    return has(name)
        ? typed(name, get(name).isBoolean(), "true or false").map(JsonNode::booleanValue)
        : Optional.empty();
  }

  /** The elements of an array; empty when it is absent. */
  public List<JsonNode> array(String name) {
    if (!has(name) || typed(name, get(name).isArray(), "a list").isEmpty()) {
      return List.of();
    }
    List<JsonNode> elements = new ArrayList<>();
    get(name).forEach(elements::add);
    return elements;
  }

  /** An array of texts; elements that are none are problems and left out. */
  public List<String> texts(String name) {
    List<String> texts = new ArrayList<>();
    int index = 0;
    for (JsonNode element : array(name)) {
      if (element.isTextual()) {
        texts.add(element.textValue());
      } else {
        problem(name + "[" + index + "]", "expected a text, found " + type(element));
      }
      index++;
    }
    return texts;
  }

  /** An object whose values are all texts. */
  public Map<String, String> textMap(String name) {
    Map<String, String> texts = new LinkedHashMap<>();
    if (has(name) && typed(name, get(name).isObject(), "an object").isPresent()) {
      for (Map.Entry<String, JsonNode> entry : get(name).properties()) {
        if (entry.getValue().isTextual()) {
          texts.put(entry.getKey(), entry.getValue().textValue());
        } else {
          problem(
              name + "[\"" + entry.getKey() + "\"]",
              "expected a text, found " + type(entry.getValue()));
        }
      }
    }
    return texts;
  }

  /** A text that has to be this one. */
  public void constant(String name, String expected) {
    requiredText(name)
        .filter(found -> !found.equals(expected))
        .ifPresent(found ->
            problem(name, "expected \"" + expected + "\", found \"" + brief(found) + "\""));
  }

  public void problem(String name, String message) {
    problems.add(new Problem(at(name), message));
  }

  /** Shortens what somebody sent before it is repeated to them. */
  public static String brief(String text) {
    return text.length() <= 80 ? text : text.substring(0, 80) + "…";
  }

  private JsonNode get(String name) {
    JsonNode value = node.get(name);
    return value == null ? MissingNode.getInstance() : value;
  }

  private Optional<JsonNode> typed(String name, boolean fits, String expected) {
    if (!fits) {
      problem(name, "expected " + expected + ", found " + type(get(name)));
      return Optional.empty();
    }
    return Optional.of(get(name));
  }

  /** What a value is, for people: "a text", for instance. */
  public static String type(JsonNode node) {
    return switch (node.getNodeType()) {
      case STRING -> "a text";
      case NUMBER -> "a number";
      case ARRAY -> "a list";
      case OBJECT, POJO -> "an object";
      case BOOLEAN, NULL, MISSING, BINARY -> node.getNodeType().name().toLowerCase(Locale.ROOT);
    };
  }
}

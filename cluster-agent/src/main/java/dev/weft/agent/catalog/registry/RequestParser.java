package dev.weft.agent.catalog.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weft.agent.catalog.ServiceSettings;
import dev.weft.policy.identity.DnsLabel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Reads bodies of register calls. Pure; throws {@link RegistryError} naming the field. */
final class RequestParser {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern META_KEY = Pattern.compile("[A-Za-z0-9_-]+");
  private static final Set<String> UNSPECIFIED = Set.of("0.0.0.0", "::", "[::]");
  private static final int LONGEST_ID = 255;
  private static final int TAG_LIMIT = 128;

  private RequestParser() {}

  /** A registration with the checks in it. */
  record Request(Registration registration, List<Check> checks) {
    Request {
      checks = List.copyOf(checks);
    }
  }

  /** The body of {@code PUT /v1/agent/service/register}. */
  static Request service(String body) {
    JsonNode root = read(body);
    Registration registration = registration(root);
    Fields fields = new Fields(root, "");
    Map<String, JsonNode> sent = new LinkedHashMap<>();
    JsonNode one = fields.node("Check");
    if (!one.isMissingNode() && !one.isObject()) {
      throw fields.wrongType(one, "Check", "structs.CheckType");
    }
    if (!unset(one) || hasEmptyDuration(one)) {
      sent.put("Check.", one);
    }
    JsonNode many = fields.node("Checks");
    if (!many.isMissingNode() && !many.isArray()) {
      throw fields.wrongType(many, "Checks", "structs.CheckTypes");
    }
    for (int i = 0; i < many.size(); i++) {
      sent.put("Checks[" + i + "].", many.get(i));
    }
    List<Check> checks = new ArrayList<>();
    for (Map.Entry<String, JsonNode> check : sent.entrySet()) {
      String suffix = sent.size() == 1 ? "" : ":" + (checks.size() + 1);
      checks.add(
          CheckParser.ofService(
              check.getValue(),
              check.getKey(),
              registration,
              "service:" + registration.id() + suffix));
    }
    return new Request(registration, checks);
  }

  /** The body of {@code PUT /v1/agent/check/register}. */
  static Check check(String body) {
    JsonNode root = read(body);
    if (root.isNull()) {
      throw RegistryError.badRequest("Missing check name");
    }
    return CheckParser.alone(root);
  }

  /** A check as {@link StoredForm} wrote it. */
  static Check storedCheck(JsonNode stored) {
    return CheckParser.stored(stored);
  }

  static Registration registration(JsonNode root) {
    if (root.isNull()) {
      throw RegistryError.badRequest("Missing service name");
    }
    Fields fields = new Fields(root, "");
    String name = fields.text("Name", "");
    String id = fields.text("ID", "");
    String address = fields.text("Address", "");
    int port = fields.number("Port", 0);
    Map<String, String> meta = fields.textMap("Meta");
    Map<String, Registration.Tagged> tagged = new HashMap<>(tagged(fields, "TaggedAddresses"));
    tagged.putAll(tagged(fields, "tagged_addresses"));
    Fields weights = fields.object("Weights", "structs.Weights");
    // As in Consul: where there are weights, one that is not given is 0.
    int otherwise = weights.isEmpty() ? 1 : 0;
    int passing = weights.number("Passing", otherwise);
    int warning = weights.number("Warning", otherwise);
    weights.refuseOthers();
    List<String> tags = fields.texts("Tags");
    boolean override = fields.anyFlag("EnableTagOverride", "enable_tag_override");
    refuseOtherKinds(fields);
    fields.ignore("Check", "Checks", "Locality");
    fields.refuseOthers();
    if (name.isEmpty()) {
      throw RegistryError.badRequest("Missing service name");
    }
    if (!DnsLabel.matches(name)) {
      throw RegistryError.badRequest(
          "Invalid Name \""
              + shortened(name)
              + "\": a service of the mesh needs a lower-case DNS label of at most 63 characters");
    }
    limit("ID", id, LONGEST_ID);
    limit("Address", address, LONGEST_ID);
    if (tags.size() > TAG_LIMIT) {
      throw RegistryError.badRequest("Invalid Tags: more than " + TAG_LIMIT);
    }
    tags.forEach(tag -> limit("Tags", tag, LONGEST_ID));
    if (UNSPECIFIED.contains(address)) {
      throw RegistryError.badRequest("Invalid service address");
    }
    if (port < 0 || port > 65_535) {
      throw RegistryError.badRequest("Invalid Port " + port + ": expected 0 to 65535");
    }
    checkWeights(passing, warning);
    checkMeta(meta);
    ServiceSettings settings = ServiceSettings.of(meta, passing);
    if (!settings.problems().isEmpty()) {
      throw RegistryError.badRequest(
          "Invalid Service Meta: " + String.join("; ", settings.problems()));
    }
    return new Registration(
        id.isEmpty() ? name : id,
        name,
        tags,
        address,
        port,
        new TreeMap<>(meta),
        new TreeMap<>(tagged),
        passing,
        warning,
        override,
        settings,
        0,
        0);
  }

  /** An object, or {@code null}. */
  static JsonNode read(String body) {
    if (body.isBlank()) {
      throw RegistryError.badRequest("Request decode failed: EOF");
    }
    try {
      JsonNode root = JSON.readTree(body);
      if (!root.isObject() && !root.isNull()) {
        throw RegistryError.badRequest(
            "Request decode failed: json: cannot unmarshal "
                + Fields.kind(root)
                + " into Go value of type struct");
      }
      return root;
    } catch (JsonEOFException e) {
      throw RegistryError.badRequest("Request decode failed: unexpected EOF");
    } catch (JsonProcessingException e) {
      throw RegistryError.badRequest(
          "Request decode failed: "
              + e.getOriginalMessage()
              + " at line "
              + e.getLocation().getLineNr()
              + ", column "
              + e.getLocation().getColumnNr());
    }
  }

  /** Refuses text that is too long, by its field. */
  static void limit(String field, String text, int longest) {
    if (text.length() > longest) {
      throw RegistryError.badRequest(
          "Invalid " + field + ": longer than " + longest + " characters");
    }
  }

  /** What cannot be a plain service of this mesh is refused, not silently something else. */
  private static void refuseOtherKinds(Fields fields) {
    if (!fields.text("Kind", "").isEmpty()) {
      throw RegistryError.badRequest(
          "Invalid Kind: only plain services are supported; the mesh brings its own sidecars");
    }
    for (String field : List.of("Proxy", "Connect", "Ports", "SocketPath")) {
      if (!unset(fields.node(field))) {
        throw RegistryError.badRequest(
            "Invalid "
                + field
                + ": not supported by the embedded registry; "
                + "register one Address and Port");
      }
    }
  }

  /** Whether this says no more than Go's zero value does. */
  private static boolean unset(JsonNode node) {
    return switch (node.getNodeType()) {
      case MISSING, NULL -> true;
      case STRING -> Set.of("", "0s", "0").contains(node.textValue());
      case NUMBER -> node.asDouble() == 0;
      case BOOLEAN -> !node.booleanValue();
      case ARRAY -> node.isEmpty();
      case OBJECT -> node.properties().stream().allMatch(field -> unset(field.getValue()));
      case BINARY, POJO -> false;
    };
  }

  /** An empty duration is no zero value but an error, in Consul as here. */
  private static boolean hasEmptyDuration(JsonNode check) {
    return check.properties().stream()
        .anyMatch(field ->
            Set.of("ttl", "interval", "timeout").contains(field.getKey().toLowerCase(Locale.ROOT))
                && field.getValue().isTextual()
                && field.getValue().textValue().isEmpty());
  }

  private static Map<String, Registration.Tagged> tagged(Fields fields, String name) {
    Map<String, Registration.Tagged> tagged = new HashMap<>();
    fields
        .objects(name, "structs.ServiceAddress")
        .forEach((tag, address) -> {
          tagged.put(
              tag, new Registration.Tagged(address.text("Address", ""), address.number("Port", 0)));
          limit(name, tag, LONGEST_ID);
          limit(name, address.text("Address", ""), LONGEST_ID);
          address.refuseOthers();
        });
    if (tagged.size() > 64) {
      throw RegistryError.badRequest("Invalid " + name + ": more than 64");
    }
    return tagged;
  }

  private static void checkWeights(int passing, int warning) {
    if (passing < 1) {
      throw RegistryError.badRequest("Invalid Weights: Passing must be greater than 0");
    }
    if (warning < 0) {
      throw RegistryError.badRequest("Invalid Weights: Warning must be greater or equal than 0");
    }
    if (passing > 65_535 || warning > 65_535) {
      throw RegistryError.badRequest("Invalid Weights: DNS Weight must be between 0 and 65535");
    }
  }

  private static void checkMeta(Map<String, String> meta) {
    if (meta.size() > 64) {
      throw RegistryError.badRequest(
          "Invalid Service Meta: Node metadata cannot contain more than 64 key/value pairs");
    }
    meta.forEach((key, value) -> {
      String problem = metaProblem(key, value);
      if (!problem.isEmpty()) {
        throw RegistryError.badRequest(
            "Invalid Service Meta: Couldn't load metadata pair ('"
                + shortened(key)
                + "', '"
                + shortened(value)
                + "'): "
                + problem);
      }
    });
  }

  private static String metaProblem(String key, String value) {
    if (key.isEmpty()) {
      return "Key cannot be blank";
    }
    if (!META_KEY.matcher(key).matches()) {
      return "Key contains invalid characters";
    }
    if (key.length() > 128) {
      return "Key is too long (limit: 128 characters)";
    }
    if (key.startsWith("consul-")) {
      return "Key prefix 'consul-' is reserved for internal use";
    }
    return value.length() > 512 ? "Value is too long (limit: 512 characters)" : "";
  }

  private static String shortened(String text) {
    return text.length() <= 600 ? text : text.substring(0, 600) + "…";
  }
}

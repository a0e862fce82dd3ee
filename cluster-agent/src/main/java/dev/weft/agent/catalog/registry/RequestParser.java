package dev.weft.agent.catalog.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weft.agent.catalog.ServiceSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads bodies of register calls. Pure; throws {@link RegistryError} naming the field. */
final class RequestParser {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(10);
  private static final Pattern META_KEY = Pattern.compile("[A-Za-z0-9_-]+");
  private static final Set<String> UNSPECIFIED = Set.of("0.0.0.0", "::", "[::]");

  private RequestParser() {}

  /** A registration with the checks in it. */
  record Request(Registration registration, List<Check> checks) {}

  /** The body of {@code PUT /v1/agent/service/register}. */
  static Request service(String body) {
    JsonNode root = read(body);
    Registration registration = registration(root);
    List<JsonNode> sent = new ArrayList<>();
    Fields fields = new Fields(root, "");
    JsonNode one = fields.node("Check");
    if (one.isObject() && !one.isEmpty()) {
      sent.add(one);
    }
    JsonNode many = fields.node("Checks");
    if (!many.isMissingNode() && !many.isArray()) {
      throw RegistryError.badRequest(
          "Request decode failed: json: expected an array in field Checks");
    }
    many.forEach(sent::add);
    List<Check> checks = new ArrayList<>();
    for (int i = 0; i < sent.size(); i++) {
      String suffix = sent.size() == 1 ? "" : ":" + (i + 1);
      checks.add(
          check(
              sent.get(i),
              "CheckID",
              "service:" + registration.id() + suffix,
              "Service '" + registration.name() + "' check",
              registration.id(),
              "Status for checks must 'passing', 'warning', 'critical'"));
    }
    return new Request(registration, checks);
  }

  /** The body of {@code PUT /v1/agent/check/register}. */
  static Check check(String body) {
    JsonNode root = read(body);
    Fields fields = new Fields(root, "");
    String name = fields.text("Name", "");
    if (name.isEmpty()) {
      throw RegistryError.badRequest("Missing check name");
    }
    String serviceId = fields.text("ServiceID", fields.text("service_id", ""));
    return check(root, "ID", name, name, serviceId, "Bad check status");
  }

  /** A check as {@link RegistryFiles} wrote it. */
  static Check storedCheck(JsonNode stored) {
    return check(
        stored.deepCopy(), "CheckID", "", "", stored.path("ServiceID").asText(), "a stored status");
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
    Fields weights = new Fields(fields.node("Weights"), "Weights.");
    int passing = weights.number("Passing", 1);
    int warning = weights.number("Warning", 1);
    List<String> tags = fields.texts("Tags");
    boolean override = fields.flag("EnableTagOverride") || fields.flag("enable_tag_override");
    fields.ignore(
        "Check",
        "Checks",
        "TaggedAddresses",
        "tagged_addresses",
        "Kind",
        "Proxy",
        "Connect",
        "SocketPath");
    fields.ignore("Locality", "Ports", "CreateIndex", "ModifyIndex");
    fields.refuseOthers();
    if (name.isEmpty()) {
      throw RegistryError.badRequest("Missing service name");
    }
    if (!ServiceSettings.isLabel(name)) {
      throw RegistryError.badRequest(
          "Invalid Name \""
              + name
              + "\": a service of the mesh needs a lower-case DNS label of at most 63 characters");
    }
    if (UNSPECIFIED.contains(address)) {
      throw RegistryError.badRequest("Invalid service address");
    }
    if (port < 0 || port > 65_535) {
      throw RegistryError.badRequest("Invalid Port " + port + ": expected 0 to 65535");
    }
    if (passing < 1 || warning < 0) {
      throw RegistryError.badRequest("Invalid Weights: Passing must be greater than 0");
    }
    if (passing > 65_535 || warning > 65_535) {
      throw RegistryError.badRequest("Invalid Weights: DNS Weight must be between 0 and 65535");
    }
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
        meta,
        passing,
        warning,
        override,
        settings,
        0,
        0);
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
                + key
                + "', '"
                + value
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

  private static Check check(
      JsonNode sent,
      String idField,
      String defaultId,
      String defaultName,
      String serviceId,
      String badStatus) {
    if (!sent.isObject()) {
      throw RegistryError.badRequest(
          "Request decode failed: json: expected an object in field Check");
    }
    Fields fields = new Fields(sent, "Check.");
    String id = fields.text(idField, "");
    String name = fields.text("Name", "");
    String status = fields.text("Status", "");
    String notes = fields.text("Notes", "");
    String output = fields.text("Output", "");
    if (fields.has("ScriptArgs") || fields.has("Args") || fields.has("DockerContainerID")) {
      throw new RegistryError(500, "Scripts are disabled on this agent from remote calls");
    }
    CheckDefinition definition = definition(fields);
    fields.ignore(
        "ServiceID", "service_id", "CreateIndex", "ModifyIndex", "OutputMaxSize", "TLSServerName");
    fields.refuseOthers();
    CheckStatus initial =
        status.isEmpty()
            ? CheckStatus.CRITICAL
            : CheckStatus.of(status).orElseThrow(() -> RegistryError.badRequest(badStatus));
    return new Check(
        id.isEmpty() ? defaultId : id,
        name.isEmpty() ? defaultName : name,
        serviceId,
        initial,
        output,
        notes,
        definition,
        false,
        0,
        0,
        0);
  }

  private static CheckDefinition definition(Fields fields) {
    String http = fields.text("HTTP", "");
    String tcp = fields.text("TCP", "");
    Duration interval = fields.duration("Interval", Duration.ZERO);
    Duration ttl = fields.duration("TTL", Duration.ZERO);
    Duration timeout = fields.duration("Timeout", DEFAULT_TIMEOUT);
    Duration after =
        fields.duration(
            "DeregisterCriticalServiceAfter",
            fields.duration("deregister_critical_service_after", Duration.ZERO));
    for (String unsupported :
        List.of("GRPC", "H2PING", "UDP", "AliasService", "AliasNode", "OSService")) {
      if (fields.has(unsupported)) {
        throw RegistryError.badRequest(
            "Invalid check: Check." + unsupported + " is not supported; use HTTP, TCP or TTL");
      }
    }
    CheckDefinition.Type type =
        !http.isEmpty()
            ? CheckDefinition.Type.HTTP
            : !tcp.isEmpty() ? CheckDefinition.Type.TCP : CheckDefinition.Type.TTL;
    CheckDefinition definition =
        new CheckDefinition(
            type,
            http.isEmpty() ? tcp : http,
            fields.text("Method", "GET").isEmpty() ? "GET" : fields.text("Method", "GET"),
            fields.listMap("Header"),
            fields.text("Body", ""),
            fields.flag("TLSSkipVerify") || fields.flag("tls_skip_verify"),
            interval,
            timeout.isPositive() ? timeout : DEFAULT_TIMEOUT,
            ttl,
            after.isNegative() ? Duration.ZERO : after,
            fields.number("SuccessBeforePassing", 0),
            fields.number("FailuresBeforeWarning", 0),
            fields.number("FailuresBeforeCritical", 0));
    String problem = problem(definition);
    if (!problem.isEmpty()) {
      throw RegistryError.badRequest("Invalid check: " + problem);
    }
    return definition;
  }

  private static String problem(CheckDefinition check) {
    boolean runs = check.type() != CheckDefinition.Type.TTL;
    if (runs && !check.interval().isPositive()) {
      return "Interval must be > 0 for Script, HTTP, H2PING, TCP, UDP or OSService checks";
    }
    if (check.interval().isPositive() && check.ttl().isPositive()) {
      return "Interval and TTL cannot both be specified";
    }
    if (!runs && !check.ttl().isPositive()) {
      return "TTL must be > 0 for TTL checks";
    }
    if (check.failuresBeforeWarning() > check.failuresBeforeCritical()
        && check.failuresBeforeCritical() > 0) {
      return "FailuresBeforeWarning can't be higher than FailuresBeforeCritical";
    }
    return "";
  }

  static JsonNode read(String body) {
    if (body.isBlank()) {
      throw RegistryError.badRequest("Request decode failed: EOF");
    }
    try {
      JsonNode root = JSON.readTree(body);
      if (!root.isObject() && !root.isNull()) {
        throw RegistryError.badRequest("Request decode failed: json: expected an object");
      }
      return root;
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
}

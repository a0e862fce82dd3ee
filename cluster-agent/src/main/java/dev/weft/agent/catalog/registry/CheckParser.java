package dev.weft.agent.catalog.registry;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Reads checks. Pure; throws {@link RegistryError} naming the field. */
final class CheckParser {
  private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(10);
  private static final int LONGEST_ID = 512;
  private static final int LONGEST_NOTES = 4_096;
  private static final int LONGEST_TARGET = 2_048;
  private static final int LONGEST_BODY = 16_384;
  private static final int HEADER_LIMIT = 64;
  private static final int HIGHEST_THRESHOLD = 1_000;
  private static final List<String> UNSUPPORTED =
      List.of(
          "GRPC",
          "GRPCUseTLS",
          "H2PING",
          "H2PingUseTLS",
          "UDP",
          "TCPUseTLS",
          "AliasService",
          "AliasNode",
          "OSService",
          "DockerContainerID",
          "Shell",
          "TLSServerName");

  private CheckParser() {}

  /** A check within a registration. */
  static Check ofService(JsonNode sent, String path, Registration of, String defaultId) {
    if (!sent.isObject()) {
      throw RegistryError.badRequest(
          "Request decode failed: json: cannot unmarshal "
              + Fields.kind(sent)
              + " into Go struct field .Alias."
              + path.substring(0, path.length() - 1)
              + " of type structs.CheckType");
    }
    Fields fields = new Fields(sent, path);
    fields.ignore("ServiceID", "service_id");
    return check(
        fields,
        "CheckID",
        defaultId,
        "Service '" + of.name() + "' check",
        of.id(),
        "Status for checks must 'passing', 'warning', 'critical'");
  }

  /** The body of {@code PUT /v1/agent/check/register}. */
  static Check alone(JsonNode root) {
    Fields fields = new Fields(root, "");
    String name = fields.text("Name", "");
    String serviceId = fields.text("ServiceID", fields.text("service_id", ""));
    Check check = check(fields, "ID", name, name, serviceId, "Bad check status");
    if (name.isEmpty()) {
      throw RegistryError.badRequest("Missing check name");
    }
    return check;
  }

  /** A check as {@link StoredForm} wrote it. */
  static Check stored(JsonNode root) {
    Fields fields = new Fields(root, "");
    String id = fields.text("CheckID", "");
    String serviceId = fields.text("ServiceID", "");
    if (id.equals(Maintenance.NODE_CHECK) || id.equals(Maintenance.checkId(serviceId))) {
      return Maintenance.check(serviceId, fields.text("Notes", ""));
    }
    return check(fields, "CheckID", "", "", serviceId, "Status: not a status");
  }

  private static Check check(
      Fields fields,
      String idField,
      String defaultId,
      String defaultName,
      String serviceId,
      String badStatus) {
    String id = fields.text(idField, "");
    String name = fields.text("Name", "");
    String status = fields.text("Status", "");
    String notes = fields.text("Notes", "");
    String output = fields.text("Output", "");
    if (fields.has("ScriptArgs") || fields.has("Args")) {
      throw new RegistryError(
          500,
          "Scripts are disabled on this agent from remote calls; to enable, configure"
              + " 'enable_script_checks' to true");
    }
    CheckDefinition definition = definition(fields);
    fields.refuseOthers();
    RequestParser.limit(fields.path() + idField, id, LONGEST_ID);
    RequestParser.limit(fields.path() + "Name", name, LONGEST_ID);
    RequestParser.limit(fields.path() + "Notes", notes, LONGEST_NOTES);
    if (id.isEmpty() && name.isEmpty() && defaultName.isEmpty()) {
      throw RegistryError.badRequest("Missing check name");
    }
    String problem = problem(definition);
    if (!problem.isEmpty()) {
      throw RegistryError.badRequest("Invalid check: " + problem);
    }
    CheckStatus initial =
        status.isEmpty()
            ? CheckStatus.CRITICAL
            : CheckStatus.of(status).orElseThrow(() -> RegistryError.badRequest(badStatus));
    return Check.of(
        id.isEmpty() ? defaultId : id,
        name.isEmpty() ? defaultName : name,
        serviceId,
        initial,
        Outputs.bounded(output),
        notes,
        definition);
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
    for (String unsupported : UNSUPPORTED) {
      JsonNode node = fields.node(unsupported);
      boolean set = node.isBoolean() ? node.booleanValue() : !node.asText().isEmpty();
      if (set) {
        throw RegistryError.badRequest(
            "Invalid check: "
                + fields.path()
                + unsupported
                + " is not supported by the embedded registry; use HTTP, TCP or TTL");
      }
    }
    CheckDefinition.Type type =
        !http.isEmpty()
            ? CheckDefinition.Type.HTTP
            : !tcp.isEmpty() ? CheckDefinition.Type.TCP : CheckDefinition.Type.TTL;
    String method = fields.text("Method", "");
    Map<String, List<String>> headers = fields.listMap("Header");
    String body = fields.text("Body", "");
    int size = fields.number("OutputMaxSize", 0);
    if (size < 0) {
      throw RegistryError.badRequest("Invalid check: MaxOutputMaxSize must be positive");
    }
    String path = fields.path();
    RequestParser.limit(path + (http.isEmpty() ? "TCP" : "HTTP"), http + tcp, LONGEST_TARGET);
    RequestParser.limit(path + "Method", method, 32);
    RequestParser.limit(path + "Body", body, LONGEST_BODY);
    limitHeaders(path, headers);
    return new CheckDefinition(
        type,
        http.isEmpty() ? tcp : http,
        method.isEmpty() ? "GET" : method,
        headers,
        body,
        fields.anyFlag("TLSSkipVerify", "tls_skip_verify"),
        fields.flag("DisableRedirects"),
        size == 0 ? CheckDefinition.OUTPUT_LIMIT : Math.min(size, CheckDefinition.OUTPUT_LIMIT),
        interval,
        timeout.isPositive() ? timeout : DEFAULT_TIMEOUT,
        ttl,
        after.isNegative() ? Duration.ZERO : after,
        threshold(fields, "SuccessBeforePassing"),
        threshold(fields, "FailuresBeforeWarning"),
        threshold(fields, "FailuresBeforeCritical"));
  }

  private static void limitHeaders(String path, Map<String, List<String>> headers) {
    int count = 0;
    for (Map.Entry<String, List<String>> header : headers.entrySet()) {
      RequestParser.limit(path + "Header", header.getKey(), 256);
      header.getValue().forEach(value -> RequestParser.limit(path + "Header", value, 4_096));
      count += Math.max(1, header.getValue().size());
    }
    if (count > HEADER_LIMIT) {
      throw RegistryError.badRequest("Invalid " + path + "Header: more than " + HEADER_LIMIT);
    }
  }

  private static int threshold(Fields fields, String name) {
    int value = fields.number(name, 0);
    if (value < 0 || value > HIGHEST_THRESHOLD) {
      throw RegistryError.badRequest(
          "Invalid check: " + fields.path() + name + " must be 0 to " + HIGHEST_THRESHOLD);
    }
    return value;
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
}

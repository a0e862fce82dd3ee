package dev.weft.agent.catalog.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.agent.catalog.GoDuration;
import java.util.Collection;
import java.util.List;

/** Registrations and checks as files hold them: as they would be registered. Pure. */
final class StoredForm {
  private static final ObjectMapper JSON = new ObjectMapper();

  private StoredForm() {}

  static ObjectNode registration(Registration registration) {
    return Views.definition(registration)
        .put("CreateIndex", registration.createIndex())
        .put("ModifyIndex", registration.modifyIndex());
  }

  /** Throws {@link RegistryError} when it is not one. */
  static Registration registration(JsonNode stored) {
    return RequestParser.registration(withoutIndexes(stored))
        .indexed(stored.path("CreateIndex").asLong(), stored.path("ModifyIndex").asLong());
  }

  static void checks(ObjectNode root, Collection<Check> checks) {
    ArrayNode array = root.putArray("checks");
    checks.forEach(check -> array.add(check(check)));
  }

  /** Throws {@link RegistryError} when it is not one. */
  static Check check(JsonNode stored, long nowMillis) {
    return RequestParser.storedCheck(withoutIndexes(stored))
        .asRestored(
            stored.path("CreateIndex").asLong(), stored.path("ModifyIndex").asLong(), nowMillis);
  }

  private static ObjectNode check(Check check) {
    CheckDefinition definition = check.definition();
    ObjectNode node = JSON.createObjectNode();
    node.put("CheckID", check.id())
        .put("Name", check.name())
        .put("ServiceID", check.serviceId())
        .put("Status", check.status().wireName())
        .put("Output", check.output())
        .put("Notes", check.notes());
    switch (definition.type()) {
      case HTTP -> {
        node.put("HTTP", definition.target())
            .put("Method", definition.method())
            .put("Body", definition.body())
            .put("TLSSkipVerify", definition.tlsSkipVerify())
            .put("DisableRedirects", definition.disableRedirects());
        node.set("Header", JSON.valueToTree(definition.headers()));
      }
      case TCP -> node.put("TCP", definition.target());
      case TTL -> node.put("TTL", GoDuration.format(definition.ttl()));
      case MAINTENANCE -> {}
    }
    if (!definition.interval().isZero()) {
      node.put("Interval", GoDuration.format(definition.interval()));
    }
    if (definition.type() != CheckDefinition.Type.MAINTENANCE) {
      node.put("Timeout", GoDuration.format(definition.timeout()))
          .put("DeregisterCriticalServiceAfter", GoDuration.format(definition.deregisterAfter()))
          .put("OutputMaxSize", definition.outputLimit())
          .put("SuccessBeforePassing", definition.successBeforePassing())
          .put("FailuresBeforeWarning", definition.failuresBeforeWarning())
          .put("FailuresBeforeCritical", definition.failuresBeforeCritical());
    }
    return node.put("CreateIndex", check.createIndex()).put("ModifyIndex", check.modifyIndex());
  }

  private static JsonNode withoutIndexes(JsonNode stored) {
    return stored instanceof ObjectNode object
        ? object.deepCopy().without(List.of("CreateIndex", "ModifyIndex"))
        : stored;
  }
}

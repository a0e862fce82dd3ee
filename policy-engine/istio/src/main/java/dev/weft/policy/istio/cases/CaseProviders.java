package dev.weft.policy.istio.cases;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.policy.document.Fields;
import dev.weft.policy.document.Problem;
import dev.weft.policy.document.Validated;
import dev.weft.policy.istio.Provider;
import dev.weft.policy.istio.read.ProvidersDocument;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Who can be asked in cases: names, or entries as in the file of providers. */
final class CaseProviders {
  private static final String IN_FILE = "extensionProviders";

  private CaseProviders() {}

  /** By name; empty when a problem was added, too. */
  static Map<String, Provider> read(Fields document, List<Problem> problems) {
    List<JsonNode> written = document.array("providers");
    if (written.isEmpty()) {
      return Map.of();
    }
    ObjectNode file = JsonNodeFactory.instance.objectNode();
    ArrayNode entries = file.putArray(IN_FILE);
    for (JsonNode entry : written) {
      entries.add(entry.isTextual() ? named(entry.asText()) : entry);
    }
    return switch (ProvidersDocument.read(file.toString().getBytes(StandardCharsets.UTF_8))) {
      case Validated.Valid<ProvidersDocument>(ProvidersDocument read) ->
          read.providers().stream()
              .collect(Collectors.toUnmodifiableMap(Provider::name, Function.identity()));
      case Validated.Invalid<ProvidersDocument>(List<Problem> found) -> {
        found.forEach(problem ->
            problems.add(
                new Problem(
                    document.at(problem.field().replace(IN_FILE, "providers")),
                    problem.message())));
        yield Map.of();
      }
    };
  }

  /** All that cases ask of it is that it is there. */
  private static ObjectNode named(String name) {
    ObjectNode entry = JsonNodeFactory.instance.objectNode().put("name", name);
    entry.putObject("envoyExtAuthzGrpc").put("service", "127.0.0.1").put("port", 9000);
    return entry;
  }
}

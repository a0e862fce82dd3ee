package dev.weft.agent.catalog.registry;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a real Consul 1.22.7 was asked and answered, asked again of the registry. {@code
 * consul-1.22.7.jsonl} holds one exchange a line, in order; {@code reset} empties the registry.
 * Numbers, ids and hashes that differ from run to run are made equal before comparing. Where the
 * registry means to answer otherwise, {@code differs} says how; docs/registry.md says why.
 */
class ConsulRecordTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path directory;

  @Test
  void theRegistryAnswersAsConsulDid() throws Exception {
    List<String> wrong = new ArrayList<>();
    // No check runs meanwhile: the record shows checks as they were registered.
    CheckTimings timings =
        new CheckTimings(Duration.ofHours(1), Duration.ofHours(1), Duration.ofHours(1));
    try (TestRegistry registry = new TestRegistry(directory, "dc1", timings)) {
      for (JsonNode exchange : record()) {
        if (exchange.path("reset").asBoolean()) {
          reset(registry);
        } else {
          String problem = compare(registry, exchange);
          if (!problem.isEmpty()) {
            wrong.add(exchange.path("n").asInt() + " " + problem);
          }
        }
      }
    }
    assertThat(String.join("\n", wrong)).isEmpty();
  }

  private static String compare(TestRegistry registry, JsonNode exchange) {
    HttpResponse<String> response =
        registry
            .send(
                exchange.path("method").asText(),
                exchange.path("path").asText(),
                exchange.path("body").asText())
            .join();
    JsonNode expected = exchange.has("differs") ? exchange.path("differs") : exchange;
    String found = normalised(response.body());
    boolean same = response.statusCode() == expected.path("status").asInt();
    if (expected.has("answer")) {
      same &= found.equals(expected.path("answer").asText());
    }
    if (expected.has("ids")) {
      same &= response.statusCode() == 200 && ids(response.body()).equals(texts(expected));
    }
    if (expected.has("allow")) {
      same &= expected.path("allow").asText().equals(header(response, "Allow"));
    }
    if (expected.has("location")) {
      same &= expected.path("location").asText().equals(header(response, "Location"));
    }
    return same
        ? ""
        : exchange.path("method").asText()
            + " "
            + exchange.path("path").asText()
            + " "
            + exchange.path("body").asText()
            + "\n  expected "
            + expected
            + "\n  found "
            + response.statusCode()
            + " "
            + JSON.valueToTree(found);
  }

  private static void reset(TestRegistry registry) {
    registry
        .json("/v1/agent/services")
        .fieldNames()
        .forEachRemaining(
            id -> registry.put("/v1/agent/service/deregister/" + id.replace(" ", "%20"), ""));
    registry
        .json("/v1/agent/checks")
        .fieldNames()
        .forEachRemaining(id -> registry.put("/v1/agent/check/deregister/" + id, ""));
  }

  private static String normalised(String body) {
    return body.replaceAll("\"(Create|Modify)Index\":\\d+", "\"$1Index\":0")
        .replaceAll("\"ContentHash\":\"[0-9a-f]{16}\"", "\"ContentHash\":\"HASH\"")
        .replaceAll("\"ID\":\"[0-9a-f]{8}-[0-9a-f-]{27}\"", "\"ID\":\"ID\"");
  }

  private static List<String> ids(String body) {
    List<String> ids = new ArrayList<>();
    try {
      for (JsonNode element : JSON.readTree(body)) {
        ids.add(
            element.has("Service")
                ? element.path("Service").path("ID").asText()
                : element.has("CheckID")
                    ? element.path("CheckID").asText()
                    : element.path("ServiceID").asText());
      }
    } catch (IOException e) {
      ids.add(body);
    }
    return ids;
  }

  private static List<String> texts(JsonNode expected) {
    List<String> texts = new ArrayList<>();
    expected.path("ids").forEach(id -> texts.add(id.asText()));
    return texts;
  }

  private static String header(HttpResponse<String> response, String name) {
    return response.headers().firstValue(name).orElse("");
  }

  private static List<JsonNode> record() throws IOException {
    try (InputStream in =
            Objects.requireNonNull(
                ConsulRecordTest.class.getResourceAsStream("consul-1.22.7.jsonl"));
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      List<JsonNode> exchanges = new ArrayList<>();
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        exchanges.add(JSON.readTree(line));
      }
      return exchanges;
    }
  }
}

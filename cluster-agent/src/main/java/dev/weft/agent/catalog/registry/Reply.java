package dev.weft.agent.catalog.registry;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;

/**
 * An answer to a read.
 *
 * @param headers beyond those of every answer
 */
record Reply(int status, JsonNode body, Map<String, String> headers) {

  Reply {
    headers = Map.copyOf(headers);
  }

  static Reply of(JsonNode body) {
    return new Reply(200, body, Map.of());
  }
}

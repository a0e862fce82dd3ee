package dev.weft.agent.replication.shared;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A value of a replicated map as its bytes say it. JSON, of which a reader takes what it knows: of
 * two replicas the older one understands the newer.
 *
 * @param writer the replica that wrote it
 * @param content {@code null}: removed
 */
record Stamped(Version version, String writer, @Nullable JsonNode content) {

  private static final ObjectMapper JSON = new ObjectMapper();

  /** An object to be filled. */
  static ObjectNode object() {
    return JSON.createObjectNode();
  }

  byte[] encode() {
    ObjectNode root =
        JSON.createObjectNode()
            .put("term", version.term())
            .put("sequence", version.sequence())
            .put("writer", writer);
    if (content != null) {
      root.set("content", content);
    }
    try {
      return JSON.writeValueAsBytes(root);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("a tree that cannot be written", e);
    }
  }

  /**
   * Reads a value.
   *
   * @throws IOException when it is not one
   */
  static Stamped decode(byte[] value) throws IOException {
    JsonNode root = JSON.readTree(value);
    if (!root.path("term").isIntegralNumber()
        || !root.path("sequence").isIntegralNumber()
        || !root.path("writer").isTextual()) {
      throw new IOException("no term, sequence and writer");
    }
    return new Stamped(
        new Version(root.path("term").longValue(), root.path("sequence").longValue()),
        root.path("writer").textValue(),
        root.get("content"));
  }
}

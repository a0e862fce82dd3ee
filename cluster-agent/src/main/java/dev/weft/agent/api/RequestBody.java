package dev.weft.agent.api;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.policy.document.Document;
import dev.weft.policy.document.Problem;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Locale;

/** Reads the document in a request, within bounds. */
sealed interface RequestBody {

  int LARGEST = 64 * 1024;

  record Read(JsonNode document) implements RequestBody {}

  /** There is no document in it; the response says why. */
  record Refused(Response response) implements RequestBody {}

  /**
   * @param contentType of the request; empty: none
   */
  static RequestBody read(InputStream body, String contentType) throws IOException {
    String type = contentType.toLowerCase(Locale.ROOT);
    boolean yaml = type.contains("yaml");
    if (!yaml && !type.contains("json")) {
      return new Refused(
          ProblemDocument.response(
              Response.Status.UNSUPPORTED_MEDIA_TYPE,
              "expected Content-Type application/json or application/yaml"));
    }
    byte[] bytes = body.readNBytes(LARGEST + 1);
    if (bytes.length > LARGEST) {
      return new Refused(
          ProblemDocument.response(
              Response.Status.REQUEST_ENTITY_TOO_LARGE,
              "a document has at most " + LARGEST + " bytes"));
    }
    return switch (Document.parse(bytes, yaml ? Document.Format.YAML : Document.Format.JSON)) {
      case Document.Parsed(JsonNode tree) -> new Read(tree);
      case Document.Malformed(String message, int line, int column) ->
          new Refused(malformed(message, line, column));
    };
  }

  private static Response malformed(String message, int line, int column) {
    String at = line > 0 ? "line " + line + ", column " + column : "";
    return ProblemDocument.response(
        Response.Status.BAD_REQUEST,
        "the document is malformed" + (at.isEmpty() ? "" : " at " + at) + ": " + message,
        List.of(new Problem(at, message)));
  }
}

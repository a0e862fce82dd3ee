package dev.weft.agent.api;

import io.restassured.RestAssured;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Whoever has the token.
 *
 * @param dataDir the agent's
 */
record Admin(Path dataDir) {

  /** A call, yet to be said what of. */
  RequestSpecification request() {
    try {
      return RestAssured.given()
          .urlEncodingEnabled(false)
          .header("Authorization", "Bearer " + Files.readString(dataDir.resolve("admin-token")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A call with a JSON document. */
  RequestSpecification json(String body) {
    return request().contentType("application/json").body(body);
  }

  /** Writes a resource of the namespace {@code default}. */
  Response put(String path, String json) {
    return json(json).put(url(path));
  }

  /** A call about the version with the tag. */
  RequestSpecification seen(String ifMatch, String json) {
    return json(json).header("If-Match", ifMatch);
  }

  /** A document of a kind, without metadata: its address says them. */
  static String document(String kind, String spec) {
    return String.format(
        Locale.ROOT,
        "{\"apiVersion\": \"mesh.weft.dev/v1\", \"kind\": \"%s\", \"spec\": %s}",
        kind,
        spec);
  }

  /** A resource of the namespace {@code default}. */
  static String url(String path) {
    return "/api/v1/namespaces/default/" + path;
  }
}

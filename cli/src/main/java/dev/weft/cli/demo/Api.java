package dev.weft.cli.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** Calls of an agent's REST API and of a Consul HTTP API. Thread-safe. */
final class Api {
  private static final Duration TIMEOUT = Duration.ofSeconds(5);
  private static final ObjectMapper JSON = new ObjectMapper();

  /** One for all: each has threads of its own. */
  private static final HttpClient CLIENT =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(TIMEOUT).build();

  private final URI base;
  private final Path tokenFile;

  /**
   * An API at a port of 127.0.0.1.
   *
   * @param tokenFile read for each call that sends a token
   */
  Api(int port, Path tokenFile) {
    this.base = URI.create("http://127.0.0.1:" + port);
    this.tokenFile = tokenFile;
  }

  /** Sends a body; throws {@link DemoException} for any answer but 2xx. */
  JsonNode send(String method, String path, String body) throws IOException {
    HttpResponse<String> response = exchange(method, path, body);
    if (response.statusCode() / 100 != 2) {
      throw new DemoException(
          method
              + " "
              + base
              + path
              + " was answered "
              + response.statusCode()
              + ": "
              + response.body());
    }
    return response.body().isBlank() ? JSON.nullNode() : JSON.readTree(response.body());
  }

  /** The body of an answer; throws {@link DemoException} for any but 200. */
  String text(String path) throws IOException {
    HttpResponse<String> response = exchange("GET", path, "");
    if (response.statusCode() != 200) {
      throw new DemoException(base + path + " was answered " + response.statusCode());
    }
    return response.body();
  }

  /** Whether the path is answered by 200 now. */
  boolean answers(String path) {
    try {
      return exchange("GET", path, "").statusCode() == 200;
    } catch (IOException e) {
      return false;
    }
  }

  private HttpResponse<String> exchange(String method, String path, String body)
      throws IOException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(base.resolve(path))
            .method(
                method,
                body.isEmpty()
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body))
            .timeout(TIMEOUT);
    if (!body.isEmpty()) {
      request.header("content-type", "application/json");
    }
    if (Files.exists(tokenFile)) {
      request.header("authorization", "Bearer " + Files.readString(tokenFile).strip());
    }
    try {
      return CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }
}

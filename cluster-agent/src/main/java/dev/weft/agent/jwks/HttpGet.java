package dev.weft.agent.jwks;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/** Fetches a text; thread-safe. */
@FunctionalInterface
public interface HttpGet {
  /** The longest answer, bytes. */
  int LONGEST = 256 * 1024;

  /** Fails with an {@link java.io.IOException} whose message is for people. */
  CompletionStage<String> get(URI uri, Duration timeout);

  /** Over HTTP, with the certificates that the Java platform trusts. */
  static HttpGet over(Executor executor) {
    HttpClient client =
        HttpClient.newBuilder()
            .executor(executor)
            .connectTimeout(Duration.ofSeconds(5))
            .followRedirects(HttpClient.Redirect.NORMAL)
            .build();
    return (uri, timeout) -> {
      HttpRequest request =
          HttpRequest.newBuilder(uri).timeout(timeout).header("Accept", "application/json").build();
      CompletableFuture<HttpResponse<String>> answer =
          client.sendAsync(
              request,
              HttpResponse.BodyHandlers.limiting(
                  HttpResponse.BodyHandlers.ofString(UTF_8), LONGEST));
      // The request's own time-out ends with the head of the answer.
      return answer
          .orTimeout(timeout.toMillis(), java.util.concurrent.TimeUnit.MILLISECONDS)
          .thenApply(response -> {
            if (response.statusCode() != 200) {
              throw new java.io.UncheckedIOException(
                  new java.io.IOException(uri.getHost() + " answered " + response.statusCode()));
            }
            return response.body();
          });
    };
  }
}

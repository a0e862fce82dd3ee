package dev.weft.agent.jwks;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.policy.document.Document;
import dev.weft.policy.istio.RequestAuthentication.Keys;
import dev.weft.policy.istio.read.KeySet;
import dev.weft.policy.jwt.JwksFetcher;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeoutException;

/**
 * Where one set of keys is fetched from: an address, or what the OpenID configuration of an issuer
 * says (OpenID Connect Discovery 1.0, section 4). Confined to the executor's thread.
 */
final class KeySource implements JwksFetcher {
  private final Keys keys;
  private final Duration timeout;
  private final HttpGet http;
  private final Executor executor;
  private String last = "";

  KeySource(Keys keys, Duration timeout, HttpGet http, Executor executor) {
    this.keys = keys;
    this.timeout = timeout;
    this.http = http;
    this.executor = executor;
  }

  /** The public keys of the last answer that had some. */
  String last() {
    return last;
  }

  @Override
  public Runnable fetch(Answer answer) {
    CompletionStage<String> fetched;
    try {
      fetched = uri().thenCompose(uri -> http.get(uri, timeout));
    } catch (RuntimeException e) {
      fetched = CompletableFuture.failedFuture(e);
    }
    CompletableFuture<Void> told =
        fetched
            .toCompletableFuture()
            .thenAcceptAsync(text -> judge(text, answer), executor)
            .exceptionallyAsync(
                failure -> {
                  answer.failed(reason(failure));
                  return null;
                },
                executor);
    return () -> told.cancel(false);
  }

  private void judge(String text, Answer answer) {
    switch (KeySet.read(text)) {
      case KeySet.Public(String json) -> {
        last = json;
        answer.fetched(json.getBytes(UTF_8));
      }
      case KeySet.Refused(String reason) -> answer.failed(reason);
    }
  }

  private CompletionStage<URI> uri() {
    return switch (keys) {
      case Keys.At(String uri) -> CompletableFuture.completedFuture(URI.create(uri));
      case Keys.Discovered(String issuer) -> {
        if (!issuer.startsWith("https://") && !issuer.startsWith("http://")) {
          throw new IllegalArgumentException(
              "the issuer is no URL that its OpenID configuration could be at");
        }
        String base = issuer.endsWith("/") ? issuer.substring(0, issuer.length() - 1) : issuer;
        yield http.get(URI.create(base + "/.well-known/openid-configuration"), timeout)
            .thenApply(KeySource::jwksUri);
      }
      case Keys.Inline inline -> throw new IllegalArgumentException("nothing to fetch");
    };
  }

  private static URI jwksUri(String configuration) {
    String uri =
        Document.parse(configuration.getBytes(UTF_8), Document.Format.JSON)
                instanceof Document.Parsed(JsonNode tree)
            ? tree.path("jwks_uri").asText()
            : "";
    if (!uri.startsWith("https://") && !uri.startsWith("http://")) {
      throw new UncheckedIOException(
          new IOException("the issuer's OpenID configuration has no jwks_uri"));
    }
    return URI.create(uri);
  }

  private static String reason(Throwable failure) {
    Throwable cause = failure;
    while ((cause instanceof CompletionException || cause instanceof UncheckedIOException)
        && cause.getCause() != null) {
      cause = cause.getCause();
    }
    if (cause instanceof TimeoutException) {
      return "no answer in time";
    }
    String message = cause.getMessage();
    return message == null ? cause.getClass().getSimpleName() : message;
  }
}

package dev.weft.agent.attest;

import dev.weft.policy.jwt.Jwks;
import dev.weft.policy.jwt.JwksFetcher;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/** Fetches one issuer's keys from their server. Confined to the executor's thread. */
final class KeyServer implements JwksFetcher {
  private final IssuerServer server;
  private final Path base;
  private final Executor executor;

  /**
   * @param base relative paths begin here
   * @param executor answers come on it
   */
  KeyServer(IssuerServer server, Path base, Executor executor) {
    this.server = server;
    this.base = base;
    this.executor = executor;
  }

  @Override
  public Runnable fetch(Answer answer) {
    CompletableFuture<HttpResponse<byte[]>> call;
    try {
      call =
          server.ask(
              base,
              request -> request.header("Accept", "application/jwk-set+json, application/json"),
              Jwks.MOST_BYTES);
    } catch (IOException | GeneralSecurityException e) {
      answer.failed(IssuerServer.reason(e));
      return () -> {};
    }
    CompletableFuture<Void> told =
        call.thenAcceptAsync(
                response -> {
                  if (response.statusCode() == 200) {
                    answer.fetched(response.body());
                  } else {
                    answer.failed(String.format(Locale.ROOT, "answered %d", response.statusCode()));
                  }
                },
                executor)
            .exceptionallyAsync(
                failure -> {
                  answer.failed(IssuerServer.reason(failure));
                  return null;
                },
                executor);
    return () -> {
      told.cancel(false);
      // Its client ends with it.
      call.cancel(false);
    };
  }
}

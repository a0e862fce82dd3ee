package dev.weft.agent.attest;

import dev.weft.agent.attest.TokenIssuer.Keys;
import dev.weft.policy.jwt.Jwks;
import dev.weft.policy.jwt.JwksFetcher;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManagerFactory;

/**
 * Where one issuer's keys are fetched from, over HTTPS with the server's name checked. Authorities
 * and token are read anew for each fetch, so that both may be replaced. Redirections are not
 * followed: they would take the token along. Confined to the executor's thread.
 */
final class KeyServer implements JwksFetcher {
  private static final Duration TIMEOUT = Duration.ofSeconds(5);
  private static final int LARGEST_FILE = 1 << 20;

  private final Keys.At keys;
  private final Path base;
  private final Executor executor;

  /**
   * @param base relative paths begin here
   * @param executor answers come on it
   */
  KeyServer(Keys.At keys, Path base, Executor executor) {
    this.keys = keys;
    this.base = base;
    this.executor = executor;
  }

  @Override
  public Runnable fetch(Answer answer) {
    HttpClient client;
    HttpRequest request;
    try {
      client = client();
      request = request();
    } catch (IOException | GeneralSecurityException e) {
      answer.failed(String.valueOf(e.getMessage()));
      return () -> {};
    }
    CompletableFuture<Void> told =
        client
            .sendAsync(
                request,
                HttpResponse.BodyHandlers.limiting(
                    HttpResponse.BodyHandlers.ofByteArray(), Jwks.MOST_BYTES))
            .orTimeout(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
            .whenComplete((response, failure) -> client.shutdownNow())
            .thenAcceptAsync(
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
                  answer.failed(reason(failure));
                  return null;
                },
                executor);
    return () -> {
      told.cancel(false);
      client.shutdownNow();
    };
  }

  private HttpClient client() throws IOException, GeneralSecurityException {
    HttpClient.Builder builder =
        HttpClient.newBuilder().connectTimeout(TIMEOUT).followRedirects(HttpClient.Redirect.NEVER);
    if (!keys.ca().isEmpty()) {
      builder.sslContext(trusting(base.resolve(keys.ca())));
    }
    return builder.build();
  }

  private static SSLContext trusting(Path file) throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    try (InputStream in = Files.newInputStream(file)) {
      int count = 0;
      for (Certificate one : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
        store.setCertificateEntry("ca-" + count++, one);
      }
      if (count == 0) {
        throw new IOException(file + ": holds no certificate");
      }
    }
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context;
  }

  private HttpRequest request() throws IOException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(keys.uri())
            .timeout(TIMEOUT)
            .header("Accept", "application/jwk-set+json, application/json");
    if (!keys.token().isEmpty()) {
      Path file = base.resolve(keys.token());
      if (Files.size(file) > LARGEST_FILE) {
        throw new IOException(file + ": is no token");
      }
      try {
        request.header("Authorization", "Bearer " + Files.readString(file).strip());
      } catch (IllegalArgumentException e) {
        // The exception's own words hold the token.
        throw new IOException(file + ": is no token");
      }
    }
    return request.build();
  }

  private static String reason(Throwable failure) {
    Throwable cause = failure;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return switch (cause) {
      case HttpTimeoutException _ -> "no answer in time";
      case TimeoutException _ -> "no answer in time";
      case SSLException tls -> "TLS: " + tls.getMessage();
      default -> cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    };
  }
}

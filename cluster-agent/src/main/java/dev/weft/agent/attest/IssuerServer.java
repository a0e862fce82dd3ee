package dev.weft.agent.attest;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManagerFactory;

/**
 * A server that is asked about tokens, over HTTPS with its name checked. Authorities and token are
 * read anew for each call, so that both may be replaced. Redirections are not followed: they would
 * take the token along. Immutable; may be used by any thread.
 *
 * @param uri https
 * @param ca file with the PEM certificates of the authorities that vouch for the server; empty:
 *     those that the Java platform trusts
 * @param token file with the bearer token that is shown to the server; empty: none
 */
record IssuerServer(URI uri, String ca, String token) {
  /** A call ends before it. */
  static final Duration TIMEOUT = Duration.ofSeconds(5);

  private static final int LARGEST_FILE = 1 << 20;

  /**
   * Asks; does not block.
   *
   * @param base relative paths begin here
   * @param request adds what is asked to the address and the token
   * @param most bytes of an answer; a longer one is a failure
   * @throws IOException when the call cannot begin; the words hold nothing of the token
   * @throws GeneralSecurityException when the authorities cannot be used
   */
  CompletableFuture<HttpResponse<byte[]>> ask(
      Path base, Consumer<HttpRequest.Builder> request, int most)
      throws IOException, GeneralSecurityException {
    HttpRequest asked;
    HttpClient client;
    try {
      asked = request(base, request);
      client = client(base);
    } catch (RuntimeException e) {
      // A path that is none, or a client that finds no file descriptor left: it has no checked
      // exception for that, and who is asked for keys must hear of it or asks for them never again.
      throw new IOException(reason(e), e);
    }
    CompletableFuture<HttpResponse<byte[]>> answer =
        client.sendAsync(
            asked,
            HttpResponse.BodyHandlers.limiting(HttpResponse.BodyHandlers.ofByteArray(), most));
    answer
        // The request's own time-out ends with the head of the answer.
        .orTimeout(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
        .whenComplete((response, failure) -> client.shutdownNow());
    return answer;
  }

  private HttpClient client(Path base) throws IOException, GeneralSecurityException {
    HttpClient.Builder builder =
        HttpClient.newBuilder().connectTimeout(TIMEOUT).followRedirects(HttpClient.Redirect.NEVER);
    if (!ca.isEmpty()) {
      builder.sslContext(trusting(base.resolve(ca)));
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

  private HttpRequest request(Path base, Consumer<HttpRequest.Builder> more) throws IOException {
    HttpRequest.Builder request = HttpRequest.newBuilder(uri).timeout(TIMEOUT);
    more.accept(request);
    if (!token.isEmpty()) {
      Path file = base.resolve(token);
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

  /** Why a call failed, in a few words. */
  static String reason(Throwable failure) {
    Throwable cause = failure;
    while ((cause instanceof CompletionException
            || cause instanceof ExecutionException
            || cause instanceof UncheckedIOException)
        && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return switch (cause) {
      case HttpTimeoutException _ -> "no answer in time";
      case TimeoutException _ -> "no answer in time";
      case ConnectException _ -> "no connection";
      case NoSuchFileException missing -> missing.getFile() + ": is not there";
      case SSLException tls -> "TLS: " + tls.getMessage();
      default -> cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    };
  }
}

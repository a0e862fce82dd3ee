package dev.weft.agent.attest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.policy.document.Document;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * Asks a Kubernetes API server whether it takes a token itself ({@code TokenReview} of {@code
 * authentication.k8s.io/v1}): it knows whether the service account, and the pod or secret that the
 * token is bound to, are still there. Whatever is not a clear yes is none. Thread-safe; blocks for
 * at most seven seconds, so it belongs on a thread that may. Tokens are in no log and no answer.
 */
final class TokenReviews {
  private static final Logger LOG = Logger.getLogger(TokenReviews.class);

  /** Where an API server takes reviews. */
  static final String PATH = "/apis/authentication.k8s.io/v1/tokenreviews";

  /** An answer repeats the token, and lists the groups of its bearer. */
  private static final int MOST_BYTES = 256 * 1024;

  private static final int MOST_AT_ONCE = 16;
  private static final int SECONDS_IN_LINE = 2;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Semaphore places = new Semaphore(MOST_AT_ONCE, true);
  private final Map<URI, String> problems = new ConcurrentHashMap<>();

  /** What a review says. */
  sealed interface Verdict {
    /** The API server takes it, for one of the audiences, as the token of this subject. */
    enum Taken implements Verdict {
      TAKEN
    }

    /**
     * The API server does not take it.
     *
     * @param why for the bearer; holds nothing of the token
     */
    record Refused(String why) implements Verdict {}

    /** There is no answer that could be believed; another attempt may have one. */
    enum Unknown implements Verdict {
      UNKNOWN
    }
  }

  /**
   * Asks about a token that is known to be genuine.
   *
   * @param base relative paths begin here
   * @param audiences one of which the token has to be for
   * @param subject who the token says that its bearer is
   */
  Verdict review(
      IssuerServer server, Path base, String token, List<String> audiences, String subject) {
    try {
      if (!places.tryAcquire(SECONDS_IN_LINE, TimeUnit.SECONDS)) {
        return unknown(server, "too many are asked for at once");
      }
      try {
        return judge(server, ask(server, base, token, audiences), audiences, subject);
      } finally {
        places.release();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Verdict.Unknown.UNKNOWN;
    } catch (IOException | GeneralSecurityException | ExecutionException e) {
      return unknown(server, IssuerServer.reason(e));
    }
  }

  private static HttpResponse<byte[]> ask(
      IssuerServer server, Path base, String token, List<String> audiences)
      throws IOException, GeneralSecurityException, ExecutionException, InterruptedException {
    ObjectNode review =
        JSON.createObjectNode()
            .put("apiVersion", "authentication.k8s.io/v1")
            .put("kind", "TokenReview");
    ObjectNode spec = review.putObject("spec").put("token", token);
    audiences.forEach(spec.putArray("audiences")::add);
    byte[] body = JSON.writeValueAsBytes(review);
    CompletableFuture<HttpResponse<byte[]>> call =
        server.ask(
            base,
            request ->
                request
                    .header("Content-Type", "application/json")
                    .header("Accept", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofByteArray(body)),
            MOST_BYTES);
    try {
      return call.get();
    } catch (InterruptedException e) {
      call.cancel(false);
      throw e;
    }
  }

  private Verdict judge(
      IssuerServer server, HttpResponse<byte[]> answer, List<String> audiences, String subject) {
    int code = answer.statusCode();
    if (code == 401 || code == 403) {
      return unknown(
          server, "answered " + code + ": the agent's own token may not create tokenreviews there");
    }
    if (code != 200 && code != 201) {
      return unknown(server, "answered " + code);
    }
    if (!(Document.parse(answer.body(), Document.Format.JSON)
            instanceof Document.Parsed(JsonNode review))
        || !review.path("kind").asText().equals("TokenReview")
        || !review.path("status").isObject()) {
      return unknown(server, "answered something else than a TokenReview");
    }
    if (problems.remove(server.uri()) != null) {
      LOG.infof("tokens are reviewed at %s again", server.uri());
    }
    return judge(review.path("status"), audiences, subject);
  }

  private static Verdict judge(JsonNode status, List<String> audiences, String subject) {
    // What is false is not in the answer at all.
    if (!status.path("authenticated").isBoolean() || !status.path("authenticated").booleanValue()) {
      return new Verdict.Refused(
          "the API server does not take it, the pod or account that it is bound to may be gone");
    }
    boolean meant = false;
    for (JsonNode audience : status.path("audiences")) {
      meant |= audiences.contains(audience.asText());
    }
    if (!meant) {
      // Also of a server that does not look at audiences: it would have taken it for itself.
      return new Verdict.Refused("the API server does not take it for this audience");
    }
    return status.path("user").path("username").asText().equals(subject)
        ? Verdict.Taken.TAKEN
        : new Verdict.Refused("the API server takes it for somebody else's");
  }

  private Verdict unknown(IssuerServer server, String why) {
    if (!why.equals(problems.put(server.uri(), why))) {
      LOG.warnf("tokens cannot be reviewed at %s, nobody is enrolled: %s", server.uri(), why);
    }
    return Verdict.Unknown.UNKNOWN;
  }
}

package dev.weft.agent.jwks;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.agent.model.security.RequestAuthentication.JwtRule;
import dev.weft.agent.model.security.RequestAuthentication.Keys;
import dev.weft.agent.model.validate.Document;
import dev.weft.agent.model.validate.security.KeySet;
import dev.weft.agent.state.Delta;
import dev.weft.agent.state.MeshState;
import dev.weft.agent.state.StateWriter;
import dev.weft.agent.store.ResourceStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Fetches the keys that the state's {@code RequestAuthentication}s ask for, and fetches them again
 * from time to time. What was fetched once stays until something newer comes, however long its
 * source is away and the agent restarts; what nobody asks for any more is forgotten after a minute.
 * Two rules with one source share its keys. Runs on the executor's one thread; {@link #accept} on
 * the state's, {@link #problem} on any.
 */
public final class KeyFetcher implements Consumer<MeshState>, AutoCloseable {
  private static final Logger LOG = Logger.getLogger(KeyFetcher.class);
  private static final Duration REFRESH = Duration.ofMinutes(20);
  private static final Duration LINGER = Duration.ofMinutes(1);
  private static final Duration FIRST_RETRY = Duration.ofSeconds(1);
  private static final Duration LONGEST_RETRY = Duration.ofMinutes(1);

  private final StateWriter writer;
  private final HttpGet http;
  private final ScheduledExecutorService executor;
  private final StoredKeys stored;

  /** The keys that are known, also those of an earlier start. */
  private final Map<Keys, String> known = new HashMap<>();

  private final Map<Keys, Wanted> wanted = new HashMap<>();
  private final Set<Keys> leaving = new HashSet<>();
  private final Map<Keys, String> problems = new ConcurrentHashMap<>();

  /** What was looked at last; the state's owner's thread only. */
  private @Nullable Object seen;

  /** Keys that somebody asks for. */
  private static final class Wanted {
    Duration timeout;
    Duration retry = FIRST_RETRY;
    @Nullable ScheduledFuture<?> next;

    Wanted(Duration timeout) {
      this.timeout = timeout;
    }
  }

  private KeyFetcher(
      StateWriter writer, HttpGet http, ScheduledExecutorService executor, StoredKeys stored) {
    this.writer = writer;
    this.http = http;
    this.executor = executor;
    this.stored = stored;
  }

  /**
   * Hands the keys of an earlier start to the state.
   *
   * @param executor of one thread; the fetcher's own from now on
   */
  public static KeyFetcher open(
      StateWriter writer, HttpGet http, ScheduledExecutorService executor, ResourceStore store)
      throws IOException {
    KeyFetcher fetcher = new KeyFetcher(writer, http, executor, new StoredKeys(store));
    fetcher.known.putAll(fetcher.stored.load());
    fetcher.known.forEach((keys, jwks) -> writer.submit(new Delta.KeysFetched(keys, jwks)));
    return fetcher;
  }

  /** Looks at what is asked for; never blocks. */
  @Override
  // The state keeps the object while nothing in it changes.
  @SuppressWarnings("ReferenceEquality")
  public void accept(MeshState state) {
    if (seen == state.security().requests()) {
      return;
    }
    seen = state.security().requests();
    Map<Keys, Duration> asked = new HashMap<>();
    state.security().requests().values().stream()
        .flatMap(policy -> policy.rules().stream())
        .filter(rule -> !(rule.keys() instanceof Keys.Inline))
        .forEach(rule -> asked.merge(rule.keys(), timeout(rule), KeyFetcher::longer));
    executor.execute(() -> ask(asked));
  }

  /** Why the last attempt failed; empty: it did not, or there was none. */
  public String problem(Keys keys) {
    return problems.getOrDefault(keys, "");
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }

  private static Duration timeout(JwtRule rule) {
    return Duration.ofMillis(rule.timeoutMillis());
  }

  private static Duration longer(Duration one, Duration two) {
    return one.compareTo(two) > 0 ? one : two;
  }

  private void ask(Map<Keys, Duration> asked) {
    wanted
        .entrySet()
        .removeIf(entry -> {
          boolean gone = !asked.containsKey(entry.getKey());
          if (gone) {
            if (entry.getValue().next != null) {
              entry.getValue().next.cancel(false);
            }
            problems.remove(entry.getKey());
          }
          return gone;
        });
    for (Keys keys : known.keySet()) {
      // Not at once: a rule that is moved from one resource to another keeps its keys.
      if (!asked.containsKey(keys) && leaving.add(keys)) {
        executor.schedule(() -> forget(keys), LINGER.toMillis(), TimeUnit.MILLISECONDS);
      }
    }
    asked.forEach((keys, timeout) -> {
      Wanted before = wanted.get(keys);
      if (before == null) {
        Wanted fresh = new Wanted(timeout);
        wanted.put(keys, fresh);
        fetch(keys, fresh);
      } else {
        before.timeout = timeout;
      }
    });
  }

  private void forget(Keys keys) {
    leaving.remove(keys);
    if (!wanted.containsKey(keys) && known.remove(keys) != null) {
      stored.remove(keys);
      writer.submit(new Delta.KeysForgotten(keys));
    }
  }

  private void fetch(Keys keys, Wanted one) {
    CompletionStage<String> fetched;
    try {
      fetched = uri(keys, one.timeout).thenCompose(uri -> http.get(uri, one.timeout));
    } catch (RuntimeException e) {
      fetched = CompletableFuture.failedFuture(e);
    }
    fetched.whenCompleteAsync((text, failure) -> arrived(keys, one, text, failure), executor);
  }

  private CompletionStage<URI> uri(Keys keys, Duration timeout) {
    return switch (keys) {
      case Keys.At(String uri) -> CompletableFuture.completedFuture(URI.create(uri));
      case Keys.Discovered(String issuer) -> {
        String base = issuer.endsWith("/") ? issuer.substring(0, issuer.length() - 1) : issuer;
        yield http.get(URI.create(base + "/.well-known/openid-configuration"), timeout)
            .thenApply(KeyFetcher::jwksUri);
      }
      case Keys.Inline inline -> throw new IllegalArgumentException("nothing to fetch");
    };
  }

  private static URI jwksUri(String configuration) {
    String uri =
        Document.parse(
                    configuration.getBytes(java.nio.charset.StandardCharsets.UTF_8),
                    Document.Format.JSON)
                instanceof Document.Parsed(JsonNode tree)
            ? tree.path("jwks_uri").asText()
            : "";
    if (!uri.startsWith("https://") && !uri.startsWith("http://")) {
      throw new UncheckedIOException(
          new IOException("the issuer's OpenID configuration has no jwks_uri"));
    }
    return URI.create(uri);
  }

  private void arrived(Keys keys, Wanted one, @Nullable String text, @Nullable Throwable failure) {
    if (wanted.get(keys) != one) {
      return;
    }
    String problem = failure != null ? reason(failure) : "no answer";
    if (text != null) {
      switch (KeySet.read(text)) {
        case KeySet.Public(String json) -> {
          problem = "";
          if (!json.equals(known.put(keys, json))) {
            stored.put(keys, json);
            writer.submit(new Delta.KeysFetched(keys, json));
          }
        }
        case KeySet.Refused(String reason) -> problem = reason;
      }
    }
    Duration wait = REFRESH;
    if (problem.isEmpty()) {
      one.retry = FIRST_RETRY;
      problems.remove(keys);
    } else {
      wait = one.retry;
      one.retry = one.retry.multipliedBy(2);
      if (one.retry.compareTo(LONGEST_RETRY) > 0) {
        one.retry = LONGEST_RETRY;
      }
      if (!problem.equals(problems.put(keys, problem))) {
        LOG.warnf("keys of %s could not be fetched: %s", source(keys), problem);
      }
    }
    one.next = executor.schedule(() -> fetch(keys, one), wait.toMillis(), TimeUnit.MILLISECONDS);
  }

  private static String source(Keys keys) {
    return switch (keys) {
      case Keys.At(String uri) -> uri;
      case Keys.Discovered(String issuer) -> issuer;
      case Keys.Inline inline -> "a document";
    };
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

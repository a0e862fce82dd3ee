package dev.weft.policy.jwt;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Where the keys of a provider are. */
public sealed interface JwksSource {

  /**
   * In the configuration.
   *
   * @param json the set; {@link Jwks#read} takes it
   */
  record Inline(String json) implements JwksSource {
    @Override
    public String toString() {
      return "Inline";
    }
  }

  /**
   * Behind an upstream of the proxy.
   *
   * @param uri absolute, {@code http} or {@code https}; which of them the upstream decides
   * @param cluster the upstream
   * @param timeout of one fetch, above zero
   * @param lifetime how long keys are fresh, at least 1 ms
   * @param ahead fetched before a request needs them; {@code null}: when the first does
   */
  record Remote(
      String uri, String cluster, Duration timeout, Duration lifetime, @Nullable Ahead ahead)
      implements JwksSource {
    /** Envoy's: where nothing is said. */
    public static final Duration USUAL_LIFETIME = Duration.ofMinutes(10);
  }

  /**
   * Keys that are fetched in advance.
   *
   * @param fastListener whether a listener may serve before they are there
   * @param pause after a failure
   */
  record Ahead(boolean fastListener, Duration pause) {
    /** Envoy's: where nothing is said. */
    public static final Duration USUAL_PAUSE = Duration.ofSeconds(1);
  }
}

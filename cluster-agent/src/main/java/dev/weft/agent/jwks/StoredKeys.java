package dev.weft.agent.jwks;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weft.agent.store.ResourceStore;
import dev.weft.policy.istio.RequestAuthentication.Keys;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.jboss.logging.Logger;

/**
 * What was fetched, on disk: an agent that comes back while an issuer is away goes on with the keys
 * that it had. What cannot be written is logged and fetched again after a restart.
 */
final class StoredKeys {
  private static final Logger LOG = Logger.getLogger(StoredKeys.class);
  private static final String KIND = "fetched-keys";
  private static final String AT = "at ";
  private static final String OF = "of ";

  private final ResourceStore store;

  StoredKeys(ResourceStore store) {
    this.store = store;
  }

  Map<Keys, String> load() throws IOException {
    Map<Keys, String> loaded = new HashMap<>();
    store
        .loadAll(KIND)
        .resources()
        .forEach((name, content) -> {
          String source = name.substring(Math.min(AT.length(), name.length()));
          loaded.put(
              name.startsWith(AT) ? new Keys.At(source) : new Keys.Discovered(source),
              new String(content, UTF_8));
        });
    return loaded;
  }

  void put(Keys keys, String jwks) {
    try {
      store.put(KIND, name(keys), jwks.getBytes(UTF_8));
    } catch (IOException e) {
      LOG.errorf("the fetched keys %s are not on disk: %s", name(keys), e.getMessage());
    }
  }

  void remove(Keys keys) {
    try {
      store.delete(KIND, name(keys));
    } catch (IOException e) {
      LOG.errorf("the keys %s are still on disk: %s", name(keys), e.getMessage());
    }
  }

  /** For people too. */
  static String name(Keys keys) {
    return switch (keys) {
      case Keys.At(String uri) -> AT + uri;
      case Keys.Discovered(String issuer) -> OF + issuer;
      case Keys.Inline inline -> throw new IllegalArgumentException("not fetched");
    };
  }
}

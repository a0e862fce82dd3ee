package dev.weft.policy.jwt;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The keys of a provider (RFC 7517 section 5). Immutable. */
public final class Jwks implements JwksReading {
  /** Most bytes of a set. */
  public static final int MOST_BYTES = 256 * 1024;

  /** Most keys of a set: each may have to be tried. */
  public static final int MOST_KEYS = 64;

  private final List<Jwk> keys;

  Jwks(List<Jwk> keys) {
    this.keys = List.copyOf(keys);
  }

  List<Jwk> keys() {
    return keys;
  }

  /**
   * Reads a set of at most {@link #MOST_BYTES} and {@link #MOST_KEYS}. Keys that cannot check a
   * signature are left out: secrets ({@code oct}), keys for encryption, RSA below 2,048 bits,
   * unknown kinds and curves; one has to be left. Never throws.
   */
  public static JwksReading read(byte[] json) {
    if (json.length > MOST_BYTES) {
      return new Unusable("has " + json.length + " bytes, at most " + MOST_BYTES);
    }
    Map<String, ?> set = JsonReader.object(json);
    if (set == null) {
      return new Unusable("is not a JSON object, or has a name twice");
    }
    if (!(set.get("keys") instanceof List<?> entries)) {
      return new Unusable(
          set.containsKey("keys") ? "[keys] is not an array" : "does not have [keys]");
    }
    if (entries.size() > MOST_KEYS) {
      return new Unusable("has " + entries.size() + " keys, at most " + MOST_KEYS);
    }
    List<Jwk> keys = JwkReader.usable(entries);
    return keys.isEmpty() ? new Unusable("does not have any usable public key") : new Jwks(keys);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return this == other || (other instanceof Jwks jwks && keys.equals(jwks.keys));
  }

  @Override
  public int hashCode() {
    return keys.hashCode();
  }

  @Override
  public String toString() {
    return "Jwks" + keys;
  }
}

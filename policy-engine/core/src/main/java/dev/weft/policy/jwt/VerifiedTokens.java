package dev.weft.policy.jwt;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Tokens whose signature was found genuine, by their SHA-256 digest: nobody reads tokens out of it.
 * Bounded: the one that was not seen for the longest time goes. An entry counts for the keys that
 * it was checked by alone, so that a key that is withdrawn takes its tokens along. Belongs to one
 * thread.
 */
final class VerifiedTokens {
  private final int most;
  private final int mostCharacters;
  private final MessageDigest sha256;
  private final Map<JwtToken.Digest, Kept> entries;

  /**
   * @param most tokens; 0: none
   * @param mostCharacters of a token that is kept
   */
  VerifiedTokens(int most, int mostCharacters) {
    this.most = most;
    this.mostCharacters = mostCharacters;
    try {
      sha256 = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has it", e);
    }
    entries =
        new LinkedHashMap<>(16, 0.75f, true) {
          @Override
          protected boolean removeEldestEntry(Map.Entry<JwtToken.Digest, Kept> eldest) {
            return size() > most;
          }
        };
  }

  private record Kept(JwtResult.Verified verified, Jwks by) {}

  /** {@code null}: it was not seen, or other keys count now. */
  JwtResult.@Nullable Verified get(JwtToken token, Jwks keys) {
    if (entries.isEmpty() || token.text().length() > mostCharacters) {
      return null;
    }
    Kept entry = entries.get(token.digest(sha256));
    return entry == null || !entry.by.equals(keys) ? null : entry.verified;
  }

  void put(JwtToken token, JwtResult.Verified verified, Jwks keys) {
    if (most > 0 && token.text().length() <= mostCharacters) {
      entries.put(token.digest(sha256), new Kept(verified, keys));
    }
  }

  /** It has expired. */
  void remove(JwtToken token) {
    entries.remove(token.digest(sha256));
  }

  int size() {
    return entries.size();
  }
}

package dev.weft.policy.jwt;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/**
 * A token as it came. Its digest is made once, however many providers look for it. Belongs to one
 * thread.
 */
public final class JwtToken {
  private final String text;
  private @Nullable Digest digest;

  public JwtToken(String text) {
    this.text = text;
  }

  /** SHA-256. */
  record Digest(long first, long second, long third, long fourth) {
    @Override
    public int hashCode() {
      return (int) first;
    }
  }

  String text() {
    return text;
  }

  /**
   * @param sha256 of the thread
   */
  Digest digest(MessageDigest sha256) {
    Digest known = digest;
    if (known == null) {
      // What is not Latin-1 becomes a question mark, which no token that was verified holds.
      ByteBuffer hash = ByteBuffer.wrap(sha256.digest(text.getBytes(StandardCharsets.ISO_8859_1)));
      known = new Digest(hash.getLong(), hash.getLong(), hash.getLong(), hash.getLong());
      digest = known;
    }
    return known;
  }

  @Override
  public String toString() {
    return "JwtToken";
  }
}

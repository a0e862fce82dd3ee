package dev.weft.proxy.http.codec;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;

/**
 * The handshake of RFC 6455 section 4, which HTTP/1.1 has and HTTP/2 (RFC 8441) has not: where a
 * WebSocket goes from one to the other, the proxy supplies its half. Stateless.
 */
public final class WebSocketKeys {
  private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  private static final int KEY_BYTES = 16;

  private WebSocketKeys() {}

  /** The {@code Sec-WebSocket-Accept} to a key. */
  public static String accept(String key) {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-1").digest((key + GUID).getBytes(ISO_8859_1));
      return Base64.getEncoder().encodeToString(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-1 is there on every Java platform", e);
    }
  }

  /**
   * A {@code Sec-WebSocket-Key}.
   *
   * @param seed differs from request to request
   */
  public static String key(String seed) {
    byte[] bytes = Arrays.copyOf(seed.replace("-", "").getBytes(ISO_8859_1), KEY_BYTES);
    return Base64.getEncoder().encodeToString(bytes);
  }
}

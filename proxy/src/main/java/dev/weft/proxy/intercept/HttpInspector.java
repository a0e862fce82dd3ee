package dev.weft.proxy.intercept;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.weft.proxy.LoopConfined;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Envoy's HTTP inspector: which HTTP a plaintext connection begins with, by the preface of HTTP/2
 * or the request line of HTTP/1, in the words of {@code application_protocols}: {@code h2c}, {@code
 * http/1.1}, {@code http/1.0}; empty: none of them.
 */
@LoopConfined
public final class HttpInspector extends FirstBytes<String> {
  private static final int MAX_LINE = 8192;

  /** The longest registered method has 17 letters. */
  private static final int MAX_METHOD = 20;

  private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII);

  /**
   * @param continueOnTimeout whether a silent connection is taken for no HTTP
   */
  public HttpInspector(Duration timeout, boolean continueOnTimeout, Listener<String> listener) {
    super(MAX_LINE + 1, timeout, continueOnTimeout ? "" : null, listener);
  }

  @Override
  protected @Nullable String examine(ByteBuf bytes) {
    int from = bytes.readerIndex();
    int length = bytes.readableBytes();
    if (beginsPreface(bytes, from, length)) {
      return length >= PREFACE.length ? "h2c" : null;
    }
    int method = 0;
    while (method < length && isMethod(bytes.getByte(from + method))) {
      method++;
    }
    if (method > MAX_METHOD || (method < length && !endsMethod(bytes, from, method))) {
      return "";
    }
    int lf = bytes.indexOf(from, from + Math.min(length, MAX_LINE), (byte) '\n');
    if (lf < 0) {
      return length > MAX_LINE ? "" : null;
    }
    int end = bytes.getByte(lf - 1) == '\r' ? lf - 1 : lf;
    return end - from < 9 ? "" : version(bytes.toString(end - 9, 9, US_ASCII));
  }

  private static String version(String lastWord) {
    return switch (lastWord) {
      case " HTTP/1.1" -> "http/1.1";
      case " HTTP/1.0" -> "http/1.0";
      default -> "";
    };
  }

  private static boolean beginsPreface(ByteBuf bytes, int from, int length) {
    for (int i = 0; i < Math.min(length, PREFACE.length); i++) {
      if (bytes.getByte(from + i) != PREFACE[i]) {
        return false;
      }
    }
    return true;
  }

  private static boolean isMethod(byte b) {
    return (b >= 'A' && b <= 'Z') || b == '-';
  }

  private static boolean endsMethod(ByteBuf bytes, int from, int method) {
    return method > 0 && bytes.getByte(from + method) == ' ';
  }
}

package dev.weft.proxy.intercept;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.weft.proxy.LoopConfined;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Tells HTTP/2 with prior knowledge by its preface (RFC 9113 section 3.4) from HTTP/1.1. */
@LoopConfined
public final class HttpVersionSniffer extends FirstBytes<Boolean> {
  private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII);

  /**
   * @param listener told whether it is HTTP/2
   */
  public HttpVersionSniffer(Duration timeout, Listener<Boolean> listener) {
    super(PREFACE.length, timeout, listener);
  }

  @Override
  protected @Nullable Boolean examine(ByteBuf bytes) {
    int seen = Math.min(bytes.readableBytes(), PREFACE.length);
    for (int i = 0; i < seen; i++) {
      if (bytes.getByte(bytes.readerIndex() + i) != PREFACE[i]) {
        return false;
      }
    }
    return seen == PREFACE.length ? true : null;
  }
}

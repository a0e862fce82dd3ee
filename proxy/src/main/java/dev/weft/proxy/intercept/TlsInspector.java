package dev.weft.proxy.intercept;

import dev.weft.proxy.LoopConfined;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Envoy's TLS inspector: reads the server name and the offered protocols of a ClientHello without
 * consuming it. A first byte that begins no TLS handshake record decides at once that it is
 * plaintext.
 */
@LoopConfined
public final class TlsInspector extends FirstBytes<TlsInspector.Seen> {
  /** The longest ClientHello looked at, in records; post-quantum key shares need about 2 KiB. */
  private static final int MAX_BYTES = 16 * 1024;

  private static final int HANDSHAKE = 22;
  private static final int RECORD_HEADER = 5;
  private static final int MAX_RECORD = 16 * 1024;

  /**
   * @param continueOnTimeout whether a silent connection is taken for plaintext
   */
  public TlsInspector(Duration timeout, boolean continueOnTimeout, Listener<Seen> listener) {
    super(MAX_BYTES, timeout, continueOnTimeout ? new Seen.Plaintext() : null, listener);
  }

  /** What the connection begins with. */
  public sealed interface Seen {
    /** A ClientHello. */
    record Tls(ClientHello hello) implements Seen {}

    /** Something else. */
    record Plaintext() implements Seen {}

    /** A TLS record that holds no ClientHello that we understand. */
    record Malformed() implements Seen {}
  }

  @Override
  protected @Nullable Seen examine(ByteBuf bytes) {
    int at = bytes.readerIndex();
    int end = bytes.writerIndex();
    if (at == end) {
      return null;
    }
    if (bytes.getByte(at) != HANDSHAKE) {
      return new Seen.Plaintext();
    }
    // A ClientHello may be spread over several records (RFC 8446 section 5.1).
    byte[] message = new byte[end - at];
    int length = 0;
    while (end - at >= RECORD_HEADER) {
      int fragment = bytes.getUnsignedShort(at + 3);
      if (bytes.getByte(at) != HANDSHAKE
          || bytes.getByte(at + 1) != 3
          || fragment == 0
          || fragment > MAX_RECORD) {
        return new Seen.Malformed();
      }
      int available = Math.min(fragment, end - at - RECORD_HEADER);
      bytes.getBytes(at + RECORD_HEADER, message, length, available);
      length += available;
      at += RECORD_HEADER + fragment;
    }
    return examine(message, length);
  }

  private static @Nullable Seen examine(byte[] message, int length) {
    return switch (ClientHello.read(message, length)) {
      case ClientHello.Reading.Incomplete incomplete -> null;
      case ClientHello.Reading.Invalid invalid -> new Seen.Malformed();
      case ClientHello.Reading.Complete(ClientHello hello) -> new Seen.Tls(hello);
    };
  }
}

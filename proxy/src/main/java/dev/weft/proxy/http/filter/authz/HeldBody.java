package dev.weft.proxy.http.filter.authz;

import com.google.protobuf.ByteString;
import dev.weft.proxy.config.ExtAuthzSettings.Body;
import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;

/** The begin of a body, as much of it as the service may be told. */
final class HeldBody {
  private final Body settings;
  private final ByteArrayOutputStream held = new ByteArrayOutputStream(512);
  private long seen;

  HeldBody(Body settings) {
    this.settings = settings;
  }

  /** A piece came; it stays the caller's. */
  void add(ByteBuf data) {
    int size = Math.min(data.readableBytes(), settings.maxBytes() - held.size());
    byte[] piece = new byte[size];
    data.getBytes(data.readerIndex(), piece);
    held.writeBytes(piece);
    seen += data.readableBytes();
  }

  /** Whether there is more than may be told. */
  boolean beyond() {
    return seen > held.size();
  }

  /** Whether no more of it could be told. */
  boolean full() {
    return held.size() == settings.maxBytes();
  }

  boolean partialAllowed() {
    return settings.partial();
  }

  Told told(boolean end) {
    return new Told(
        ByteString.copyFrom(held.toByteArray()), settings.raw(), beyond() || !end, seen);
  }

  /**
   * What the service is told.
   *
   * @param raw whether as bytes and not as text
   * @param partial whether there is more
   * @param seen bytes of the body that came so far
   */
  record Told(ByteString bytes, boolean raw, boolean partial, long seen) {}
}

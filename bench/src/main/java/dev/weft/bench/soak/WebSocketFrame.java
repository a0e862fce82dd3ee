package dev.weft.bench.soak;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/**
 * A frame of RFC 6455 section 5.2.
 *
 * @param payload unmasked; not copied
 */
@SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
record WebSocketFrame(int opcode, boolean last, byte[] payload) {
  static final int CONTINUATION = 0;
  static final int BINARY = 2;
  static final int CLOSE = 8;
  static final int PING = 9;
  static final int PONG = 10;

  private static final int LARGEST = 32 * 1024 * 1024;

  static WebSocketFrame read(DataInputStream in) throws IOException {
    int first = in.readUnsignedByte();
    int second = in.readUnsignedByte();
    long length = second & 0x7F;
    if (length == 126) {
      length = in.readUnsignedShort();
    } else if (length == 127) {
      length = in.readLong();
    }
    if (length < 0 || length > LARGEST) {
      throw new IOException("a frame of " + length + " bytes");
    }
    byte[] mask = new byte[4];
    if ((second & 0x80) != 0) {
      in.readFully(mask);
    }
    byte[] payload = in.readNBytes((int) length);
    if (payload.length < length) {
      throw new IOException("a frame that ends early");
    }
    apply(mask, payload);
    return new WebSocketFrame(first & 0x0F, (first & 0x80) != 0, payload);
  }

  /**
   * Writes it, and flushes.
   *
   * @param mask zero: a server's frame, without a mask
   */
  void write(OutputStream out, int mask) throws IOException {
    ByteBuffer head = ByteBuffer.allocate(14);
    head.put((byte) ((last ? 0x80 : 0) | opcode));
    int masked = mask == 0 ? 0 : 0x80;
    if (payload.length < 126) {
      head.put((byte) (masked | payload.length));
    } else if (payload.length < 65_536) {
      head.put((byte) (masked | 126)).putShort((short) payload.length);
    } else {
      head.put((byte) (masked | 127)).putLong(payload.length);
    }
    byte[] body = payload;
    if (mask != 0) {
      head.putInt(mask);
      body = payload.clone();
      apply(ByteBuffer.allocate(4).putInt(mask).array(), body);
    }
    out.write(head.array(), 0, head.position());
    out.write(body);
    out.flush();
  }

  private static void apply(byte[] mask, byte[] payload) {
    for (int i = 0; i < payload.length; i++) {
      payload[i] ^= mask[i & 3];
    }
  }
}

package dev.weft.proxy.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;

/** One end of an HTTP/2 connection that sends the frames it is told to, valid or not. Blocking. */
public final class RawHttp2 implements AutoCloseable {
  public static final int DATA = 0;
  public static final int HEADERS = 1;
  public static final int RST_STREAM = 3;
  public static final int SETTINGS = 4;
  public static final int PING = 6;
  public static final int GOAWAY = 7;
  public static final int WINDOW_UPDATE = 8;
  public static final int END_STREAM = 1;
  public static final int ACK = 1;
  public static final int END_HEADERS = 4;
  private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

  private final Socket socket;
  private final DataInputStream in;

  private RawHttp2(Socket socket) throws IOException {
    this.socket = socket;
    socket.setSoTimeout(30_000);
    this.in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
  }

  /** A client, which has sent its preface and empty SETTINGS. */
  public static RawHttp2 client(int port) throws IOException {
    RawHttp2 raw = new RawHttp2(new Socket(InetAddress.getLoopbackAddress(), port));
    raw.socket.getOutputStream().write(PREFACE.getBytes(ISO_8859_1));
    return raw.send(SETTINGS, 0, 0);
  }

  /** A server on an accepted socket, which has read the preface and sent empty SETTINGS. */
  public static RawHttp2 server(Socket accepted) throws IOException {
    RawHttp2 raw = new RawHttp2(accepted);
    raw.in.readFully(new byte[PREFACE.length()]);
    return raw.send(SETTINGS, 0, 0);
  }

  /** A frame that was read. */
  public record Frame(int type, int flags, int stream, byte[] payload) {
    public boolean has(int flag) {
      return (flags & flag) != 0;
    }

    /** The error code of RST_STREAM (at 0) or GOAWAY (at 4), or GOAWAY's last stream (at 0). */
    public int uint32(int at) {
      return (payload[at] & 0xff) << 24
          | (payload[at + 1] & 0xff) << 16
          | (payload[at + 2] & 0xff) << 8
          | (payload[at + 3] & 0xff);
    }
  }

  public RawHttp2 send(int type, int flags, int stream, byte... payload) throws IOException {
    ByteArrayOutputStream frame = new ByteArrayOutputStream();
    frame.write(payload.length >> 16);
    frame.write(payload.length >> 8);
    frame.write(payload.length);
    frame.write(type);
    frame.write(flags);
    frame.writeBytes(uint32(stream));
    frame.writeBytes(payload);
    socket.getOutputStream().write(frame.toByteArray());
    return this;
  }

  /** HEADERS in one frame; names and values in turn, none of them indexed. */
  public RawHttp2 headers(int stream, boolean end, String... fields) throws IOException {
    return send(HEADERS, END_HEADERS | (end ? END_STREAM : 0), stream, block(fields));
  }

  /** A header block; names and values in turn, none of them indexed. */
  public static byte[] block(String... fields) {
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    for (int i = 0; i < fields.length; i += 2) {
      block.write(0);
      text(block, fields[i]);
      text(block, fields[i + 1]);
    }
    return block.toByteArray();
  }

  private static void text(ByteArrayOutputStream block, String text) {
    // RFC 7541 section 5.1, with a prefix of 7 bits.
    int left = text.length() - 127;
    block.write(Math.min(text.length(), 127));
    if (left >= 0) {
      for (; left >= 128; left >>= 7) {
        block.write(left & 0x7f | 0x80);
      }
      block.write(left);
    }
    block.writeBytes(text.getBytes(ISO_8859_1));
  }

  public RawHttp2 reset(int stream, int code) throws IOException {
    return send(RST_STREAM, 0, stream, uint32(code));
  }

  public RawHttp2 goAway(int lastStream, int code) throws IOException {
    ByteArrayOutputStream payload = new ByteArrayOutputStream();
    payload.writeBytes(uint32(lastStream));
    payload.writeBytes(uint32(code));
    return send(GOAWAY, 0, 0, payload.toByteArray());
  }

  private static byte[] uint32(int value) {
    return new byte[] {
      (byte) (value >> 24), (byte) (value >> 16), (byte) (value >> 8), (byte) value
    };
  }

  /** The next frame of any type; acknowledges SETTINGS. */
  public Frame read() throws IOException {
    int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
    int type = in.readUnsignedByte();
    int flags = in.readUnsignedByte();
    int stream = in.readInt() & 0x7fffffff;
    byte[] payload = new byte[length];
    in.readFully(payload);
    if (type == SETTINGS && (flags & ACK) == 0) {
      send(SETTINGS, ACK, 0);
    }
    return new Frame(type, flags, stream, payload);
  }

  /** Reads over others up to a frame of the type. */
  public Frame read(int type) throws IOException {
    Frame frame = read();
    while (frame.type() != type) {
      frame = read();
    }
    return frame;
  }

  /** All types of frames up to the end of the connection. */
  public List<Integer> typesToTheEnd() throws IOException {
    List<Integer> types = new ArrayList<>();
    while (true) {
      try {
        types.add(read().type());
      } catch (EOFException | SocketException e) {
        return types;
      }
    }
  }

  /** Closes by RST. */
  public void abort() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}

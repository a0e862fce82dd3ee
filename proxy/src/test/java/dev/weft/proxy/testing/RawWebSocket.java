package dev.weft.proxy.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;

/** One end of a WebSocket that sends the frames it is told to, valid or not. Blocking. */
public final class RawWebSocket implements AutoCloseable {
  public static final int CONTINUATION = 0;
  public static final int TEXT = 1;
  public static final int BINARY = 2;
  public static final int CLOSE = 8;
  public static final int PING = 9;
  public static final int PONG = 10;
  private static final String KEY = "dGhlIHNhbXBsZSBub25jZQ==";

  private final Socket socket;
  private final DataInputStream in;

  private RawWebSocket(Socket socket) throws IOException {
    this.socket = socket;
    socket.setSoTimeout(60_000);
    socket.setTcpNoDelay(true);
    this.in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
  }

  /**
   * A frame.
   *
   * @param head its first byte: FIN, reserved bits, opcode
   * @param masked whether it is sent with a mask; the payload is without
   */
  public record Frame(int head, boolean masked, byte[] payload) {
    /** A whole message or control frame of a client. */
    public static Frame of(int opcode, byte... payload) {
      return new Frame(0x80 | opcode, true, payload);
    }

    /** A fragment that others follow. */
    public static Frame first(int opcode, byte... payload) {
      return new Frame(opcode, true, payload);
    }

    /** The same as a server sends it. */
    public Frame unmasked() {
      return new Frame(head, false, payload);
    }
  }

  /** A client that has sent its request and nothing else. */
  public static RawWebSocket connecting(int port, String... further) throws IOException {
    RawWebSocket socket = new RawWebSocket(new Socket(InetAddress.getLoopbackAddress(), port));
    return socket.send(
        "GET /ws HTTP/1.1\r\nhost: a\r\nconnection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: "
            + KEY
            + "\r\n\r\n"
            + String.join("", further));
  }

  /** Reads the answer's head, and holds its proof against the key. */
  public RawWebSocket opened() throws IOException {
    String head = head();
    if (!head.startsWith("HTTP/1.1 101 ") || !head.contains(": " + accept(KEY) + "\r\n")) {
      throw new IOException(head);
    }
    return this;
  }

  /**
   * A server that takes one connection.
   *
   * @param further sent with the head of the answer
   */
  public static RawWebSocket accept(ServerSocket server, byte... further) throws IOException {
    RawWebSocket socket = new RawWebSocket(server.accept());
    String key =
        socket
            .head()
            .lines()
            .filter(line -> line.startsWith("sec-websocket-key: "))
            .findFirst()
            .orElseThrow()
            .substring(19);
    ByteArrayOutputStream answer = new ByteArrayOutputStream();
    answer.writeBytes(
        ("HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-accept: "
                + accept(key)
                + "\r\n\r\n")
            .getBytes(ISO_8859_1));
    answer.writeBytes(further);
    socket.socket.getOutputStream().write(answer.toByteArray());
    return socket;
  }

  private static String accept(String key) {
    try {
      byte[] text = (key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").getBytes(ISO_8859_1);
      return Base64.getEncoder().encodeToString(MessageDigest.getInstance("SHA-1").digest(text));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private String head() throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n", Math.max(0, head.length() - 4)) < 0) {
      head.append((char) in.readUnsignedByte());
    }
    return head.toString();
  }

  public Socket socket() {
    return socket;
  }

  private RawWebSocket send(String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(ISO_8859_1));
    return this;
  }

  /** Sends a frame at once. */
  public RawWebSocket send(Frame frame) throws IOException {
    socket.getOutputStream().write(bytes(frame));
    return this;
  }

  /** Sends a frame in pieces of so many bytes. */
  public RawWebSocket sendChopped(Frame frame, int piece) throws IOException {
    byte[] bytes = bytes(frame);
    for (int at = 0; at < bytes.length; at += piece) {
      socket.getOutputStream().write(bytes, at, Math.min(piece, bytes.length - at));
    }
    return this;
  }

  /** A frame as it is on the wire. */
  public static byte[] bytes(Frame frame) {
    byte[] payload = frame.payload();
    ByteBuffer out = ByteBuffer.allocate(payload.length + 14);
    int mask = frame.masked() ? 0x80 : 0;
    out.put((byte) frame.head());
    if (payload.length < 126) {
      out.put((byte) (mask | payload.length));
    } else if (payload.length < 65_536) {
      out.put((byte) (mask | 126)).putShort((short) payload.length);
    } else {
      out.put((byte) (mask | 127)).putLong(payload.length);
    }
    int begin = out.position();
    if (frame.masked()) {
      out.putInt(0x5AC3_3CA5);
      begin = out.position();
    }
    out.put(payload);
    if (frame.masked()) {
      unmask(out.array(), begin, payload.length, out.array(), begin - 4);
    }
    byte[] bytes = new byte[out.position()];
    out.flip().get(bytes);
    return bytes;
  }

  private static void unmask(byte[] payload, int offset, int length, byte[] mask, int at) {
    for (int i = 0; i < length; i++) {
      payload[offset + i] ^= mask[at + (i & 3)];
    }
  }

  /** The next frame. */
  public Frame receive() throws IOException {
    int head = in.readUnsignedByte();
    int second = in.readUnsignedByte();
    long length = second & 0x7F;
    if (length == 126) {
      length = in.readUnsignedShort();
    } else if (length == 127) {
      length = in.readLong();
    }
    boolean masked = (second & 0x80) != 0;
    byte[] mask = new byte[4];
    if (masked) {
      in.readFully(mask);
    }
    byte[] payload = new byte[Math.toIntExact(length)];
    in.readFully(payload);
    unmask(payload, 0, payload.length, mask, 0);
    return new Frame(head, masked, payload);
  }

  /** Whether nothing more comes; waits for it. */
  public boolean ended() throws IOException {
    try {
      in.readByte();
      return false;
    } catch (EOFException | SocketException end) {
      return true;
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

package dev.weft.proxy.intercept;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What a ClientHello asks for (RFC 8446 section 4.1.2).
 *
 * @param serverName lower case (RFC 6066 section 3); empty: none
 * @param alpn offered protocols (RFC 7301)
 */
public record ClientHello(String serverName, List<String> alpn) {
  private static final int CLIENT_HELLO = 1;
  private static final int SERVER_NAME = 0;
  private static final int ALPN = 16;
  private static final int MAX_LENGTH = 16 * 1024;
  private static final int MAX_PROTOCOLS = 32;

  public ClientHello {
    alpn = List.copyOf(alpn);
  }

  /** What reading came to. */
  sealed interface Reading {
    record Incomplete() implements Reading {}

    record Invalid() implements Reading {}

    record Complete(ClientHello hello) implements Reading {}
  }

  /** Reads a handshake message of which {@code length} bytes are there. */
  static Reading read(byte[] message, int length) {
    if (length < 4) {
      return new Reading.Incomplete();
    }
    int size = (message[1] & 0xff) << 16 | (message[2] & 0xff) << 8 | (message[3] & 0xff);
    if (message[0] != CLIENT_HELLO || size > MAX_LENGTH) {
      return new Reading.Invalid();
    }
    if (length < 4 + size) {
      return new Reading.Incomplete();
    }
    Cursor cursor = new Cursor(message, 4, 4 + size);
    // legacy_version, random, session id, cipher suites, compression methods
    cursor.skip(2 + 32);
    cursor.skip(cursor.uint8());
    cursor.skip(cursor.uint16());
    cursor.skip(cursor.uint8());
    String serverName = "";
    List<String> alpn = List.of();
    if (cursor.left() > 0) {
      Cursor extensions = cursor.slice(cursor.uint16());
      while (extensions.left() > 0 && extensions.valid()) {
        int type = extensions.uint16();
        Cursor body = extensions.slice(extensions.uint16());
        if (type == SERVER_NAME) {
          serverName = serverName(body);
        } else if (type == ALPN) {
          alpn = protocols(body);
        }
        if (!body.valid()) {
          return new Reading.Invalid();
        }
      }
      if (!extensions.valid()) {
        return new Reading.Invalid();
      }
    }
    return cursor.valid()
        ? new Reading.Complete(new ClientHello(serverName, alpn))
        : new Reading.Invalid();
  }

  private static String serverName(Cursor body) {
    Cursor names = body.slice(body.uint16());
    while (names.left() > 0 && names.valid()) {
      int type = names.uint8();
      String name = names.text(names.uint16());
      if (type == 0) {
        return name.toLowerCase(Locale.ROOT);
      }
    }
    return "";
  }

  private static List<String> protocols(Cursor body) {
    List<String> found = new ArrayList<>(2);
    Cursor names = body.slice(body.uint16());
    while (names.left() > 0 && names.valid() && found.size() < MAX_PROTOCOLS) {
      found.add(names.text(names.uint8()));
    }
    return found;
  }

  /** Reads within bounds; past the end everything is zero and {@link #valid} is false. */
  private static final class Cursor {
    private final byte[] bytes;
    private final int end;
    private int at;
    private boolean valid = true;

    Cursor(byte[] bytes, int from, int end) {
      this.bytes = bytes;
      this.at = from;
      this.end = end;
    }

    boolean valid() {
      return valid;
    }

    int left() {
      return end - at;
    }

    private boolean has(int count) {
      valid &= count <= end - at;
      return valid;
    }

    void skip(int count) {
      if (has(count)) {
        at += count;
      }
    }

    int uint8() {
      return has(1) ? bytes[at++] & 0xff : 0;
    }

    int uint16() {
      return uint8() << 8 | uint8();
    }

    String text(int length) {
      if (!has(length)) {
        return "";
      }
      at += length;
      return new String(bytes, at - length, length, US_ASCII);
    }

    Cursor slice(int length) {
      int from = at;
      boolean there = has(length);
      skip(length);
      Cursor slice = new Cursor(bytes, from, there ? from + length : from);
      slice.valid = there;
      return slice;
    }
  }
}

package dev.weft.proxy.http.codec;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.weft.proxy.LoopConfined;
import dev.weft.proxy.failure.CodecRefusal;
import dev.weft.proxy.http.HeaderList;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The header fields of one HTTP/1.1 message, and what they say about the message's framing and the
 * connection. Read strictly (RFC 9112 sections 5 and 6): whatever two implementations could
 * understand differently is malformed. Fields that belong to the connection are left out of the
 * list, as are those that {@code Connection} names.
 */
@LoopConfined
public final class FieldBlock {
  private static final int MAX_LENGTH_DIGITS = 18;
  private static final int MAX_NOMINATED = 32;

  private HeaderList headers = new HeaderList(0);
  private long contentLength;
  private boolean chunked;
  private boolean close;
  private boolean keepAlive;
  private boolean expectsContinue;
  private boolean upgradeNominated;
  private String upgrade = "";
  private @Nullable String host;
  private @Nullable List<String> nominated;
  private String fault = "";
  private CodecRefusal reason = CodecRefusal.HTTP1_CODEC_ERROR;

  void reset(int expected) {
    headers = new HeaderList(expected);
    contentLength = -1;
    chunked = false;
    close = false;
    keepAlive = false;
    expectsContinue = false;
    upgradeNominated = false;
    upgrade = "";
    host = null;
    nominated = null;
    fault = "";
  }

  /** End-to-end fields; the caller may keep the list. */
  public HeaderList headers() {
    return headers;
  }

  /** Bytes of the body; -1: not said. */
  public long contentLength() {
    return contentLength;
  }

  /** Whether the body is chunked. */
  public boolean chunked() {
    return chunked;
  }

  /** Whether {@code Connection: close} was sent. */
  public boolean close() {
    return close;
  }

  /** Whether {@code Connection: keep-alive} was sent. */
  public boolean keepAlive() {
    return keepAlive;
  }

  /** Whether {@code Expect: 100-continue} was sent. */
  public boolean expectsContinue() {
    return expectsContinue;
  }

  /** What {@code Upgrade} asks for, where Connection names it; empty: nothing. */
  public String upgrade() {
    return upgradeNominated ? upgrade : "";
  }

  /** The Host field; {@code null}: none. */
  public @Nullable String host() {
    return host;
  }

  /** What is wrong, after a reading that failed. */
  String fault() {
    return fault;
  }

  /** What is wrong as one of the closed set. */
  CodecRefusal reason() {
    return reason;
  }

  /**
   * Reads the lines from {@code position}, each ended by CRLF, up to the empty one.
   *
   * @return false: malformed, see {@link #fault}
   */
  boolean read(byte[] bytes, int position, int end) {
    int at = position;
    while (at < end && bytes[at] != '\r') {
      at = readField(bytes, at);
      if (at < 0) {
        return false;
      }
    }
    if (chunked && contentLength >= 0) {
      return malformed(
          CodecRefusal.HTTP1_LENGTH_AND_CHUNKED, "both Content-Length and Transfer-Encoding");
    }
    removeNominated();
    return true;
  }

  private int readField(byte[] bytes, int start) {
    int colon = start;
    for (byte b = bytes[colon]; b != ':'; b = bytes[++colon]) {
      if (!HttpChars.isToken(b)) {
        return fail(
            colon == start && (b == ' ' || b == '\t')
                ? "folded header line"
                : "invalid character in a header name");
      }
      if (b >= 'A' && b <= 'Z') {
        bytes[colon] = (byte) (b + 32);
      }
    }
    if (colon == start) {
      return fail("empty header name");
    }
    int from = colon + 1;
    while (bytes[from] == ' ' || bytes[from] == '\t') {
      from++;
    }
    int to = from;
    while (HttpChars.isValue(bytes[to])) {
      to++;
    }
    int next = to + 2;
    if (bytes[to] != '\r' || bytes[to + 1] != '\n') {
      return fail("invalid character in a header value");
    }
    while (to > from && (bytes[to - 1] == ' ' || bytes[to - 1] == '\t')) {
      to--;
    }
    return take(bytes, start, colon - start, new String(bytes, from, to - from, ISO_8859_1))
        ? next
        : -1;
  }

  private boolean take(byte[] bytes, int start, int length, String value) {
    int slot = HeaderNames.slot(bytes, start, length);
    if (slot < 0) {
      headers.add(new String(bytes, start, length, ISO_8859_1), value);
      return true;
    }
    String name = HeaderNames.name(slot);
    return switch (HeaderNames.role(slot)) {
      case NONE -> {
        headers.add(name, value);
        yield true;
      }
      case HOST -> takeHost(value);
      case CONTENT_LENGTH -> takeContentLength(value);
      case TRANSFER_ENCODING -> takeTransferEncoding(value);
      case CONNECTION -> takeConnection(value);
      case TE -> {
        // The one value that means something beyond this connection: gRPC asks for it.
        if (value.equalsIgnoreCase("trailers")) {
          headers.set(name, "trailers");
        }
        yield true;
      }
      case EXPECT -> {
        expectsContinue |= value.equalsIgnoreCase("100-continue");
        headers.add(name, value);
        yield true;
      }
      case UPGRADE -> {
        upgrade = upgrade.isEmpty() ? value : upgrade + ", " + value;
        yield true;
      }
      case HOP_BY_HOP -> true;
    };
  }

  private boolean takeHost(String value) {
    if (host != null) {
      return malformed(CodecRefusal.HTTP1_CODEC_ERROR, "more than one Host");
    }
    host = value;
    return true;
  }

  private boolean takeContentLength(String value) {
    if (contentLength >= 0) {
      return malformed(CodecRefusal.HTTP1_CODEC_ERROR, "more than one Content-Length");
    }
    if (value.isEmpty() || value.length() > MAX_LENGTH_DIGITS) {
      return malformed(CodecRefusal.HTTP1_CODEC_ERROR, "invalid Content-Length");
    }
    long length = 0;
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c < '0' || c > '9') {
        return malformed(CodecRefusal.HTTP1_CODEC_ERROR, "invalid Content-Length");
      }
      length = length * 10 + (c - '0');
    }
    contentLength = length;
    headers.add("content-length", value);
    return true;
  }

  private boolean takeTransferEncoding(String value) {
    if (chunked || !value.equalsIgnoreCase("chunked")) {
      return malformed(
          CodecRefusal.HTTP1_INVALID_TRANSFER_ENCODING, "a Transfer-Encoding other than chunked");
    }
    chunked = true;
    return true;
  }

  private boolean takeConnection(String value) {
    for (String option : value.split(",", -1)) {
      String name = option.strip().toLowerCase(Locale.ROOT);
      switch (name) {
        case "close" -> close = true;
        case "keep-alive" -> keepAlive = true;
        case "upgrade" -> upgradeNominated = true;
        // Framing is never taken away by a peer's wish.
        case "", "content-length", "te" -> {}
        // What tells where a request is from and for is not a peer's to take away either.
        case "host", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto" -> {
          return malformed(
              CodecRefusal.HTTP1_CONNECTION_HEADER, "a name in Connection that cannot be there");
        }
        default -> {
          nominated = nominated == null ? new ArrayList<>(2) : nominated;
          nominated.add(name);
          if (nominated.size() > MAX_NOMINATED) {
            return malformed(CodecRefusal.HTTP1_CONNECTION_HEADER, "too many names in Connection");
          }
        }
      }
    }
    return true;
  }

  private void removeNominated() {
    if (nominated != null) {
      nominated.forEach(headers::remove);
    }
  }

  private int fail(String what) {
    fault = what;
    reason = CodecRefusal.HTTP1_INVALID_CHARACTERS;
    return -1;
  }

  private boolean malformed(CodecRefusal how, String what) {
    fault = what;
    reason = how;
    return false;
  }
}

package dev.weft.proxy.http.codec;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.weft.proxy.LoopConfined;
import dev.weft.proxy.failure.CodecRefusal;
import io.netty.buffer.ByteBuf;

/**
 * Finds and reads the heads of HTTP/1.1 requests or responses on one connection (RFC 9112 sections
 * 2 to 5). Every line ends in CRLF; a bare CR or LF is malformed. After {@link Outcome#HEAD} the
 * getters hold until the next call of {@link #read}.
 */
@LoopConfined
public final class H1HeadReader {
  /** What {@link #read} found. */
  public enum Outcome {
    /** More bytes are needed. */
    INCOMPLETE,
    HEAD,
    /** See {@link #fault}. */
    MALFORMED,
    TOO_LARGE
  }

  /** Which start line is expected. */
  public enum Kind {
    REQUEST,
    RESPONSE
  }

  private static final int MAX_EMPTY_LINES = 2;
  private static final String[] METHODS = {
    "GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "TRACE", "CONNECT"
  };

  private final Kind kind;
  private final int maxBytes;
  private final int maxHeaders;
  private final Scratch scratch;
  private final FieldBlock fields = new FieldBlock();

  // Where the search for the head's end stands, from the reader index.
  private int scanned;
  private int lineStart;
  private int lines;
  private int emptyLines;

  private String method = "";
  private String target = "";
  private int status;
  private int minorVersion;
  private String fault = "";
  private CodecRefusal reason = CodecRefusal.HTTP1_CODEC_ERROR;

  /**
   * @param maxBytes of a whole head
   * @param maxHeaders fields in a head
   */
  public H1HeadReader(Kind kind, int maxBytes, int maxHeaders, Scratch scratch) {
    this.kind = kind;
    this.maxBytes = maxBytes;
    this.maxHeaders = maxHeaders;
    this.scratch = scratch;
  }

  /** Reads a head if all of it is there; only then is anything consumed. */
  public Outcome read(ByteBuf in) {
    int base = in.readerIndex();
    if (lines == 0 && !beginsWell(in)) {
      return malformed("not an HTTP start line");
    }
    while (true) {
      int lf = in.indexOf(base + scanned, in.writerIndex(), (byte) '\n');
      if (lf < 0) {
        scanned = in.readableBytes();
        return scanned > maxBytes
            ? tooLarge(CodecRefusal.HTTP1_HEADERS_TOO_LARGE)
            : Outcome.INCOMPLETE;
      }
      int lineEnd = lf - base;
      scanned = lineEnd + 1;
      if (scanned > maxBytes) {
        return tooLarge(CodecRefusal.HTTP1_HEADERS_TOO_LARGE);
      }
      if (lineEnd == lineStart || in.getByte(lf - 1) != '\r') {
        return malformed("a line that does not end in CRLF");
      }
      boolean empty = lineEnd - 1 == lineStart;
      lineStart = scanned;
      if (!empty) {
        if (++lines > maxHeaders + 1) {
          return tooLarge(CodecRefusal.HTTP1_TOO_MANY_HEADERS);
        }
      } else if (lines > 0) {
        return parse(in, scanned);
      } else if (kind == Kind.RESPONSE || ++emptyLines > MAX_EMPTY_LINES) {
        return malformed("an empty line before the start line");
      } else {
        // RFC 9112 section 2.2: some clients send a CRLF after a body.
        in.skipBytes(scanned);
        return restart(in);
      }
    }
  }

  /** Whether bytes of a head that is not complete have been seen. */
  public boolean inHead() {
    return scanned > 0;
  }

  private Outcome restart(ByteBuf in) {
    scanned = 0;
    lineStart = 0;
    return in.isReadable() ? read(in) : Outcome.INCOMPLETE;
  }

  /** Tells a TLS record or other noise from HTTP at its first byte. */
  private static boolean beginsWell(ByteBuf in) {
    if (!in.isReadable()) {
      return true;
    }
    byte first = in.getByte(in.readerIndex());
    return HttpChars.isToken(first) || first == '\r';
  }

  private Outcome parse(ByteBuf in, int length) {
    byte[] bytes = scratch.load(in, in.readerIndex(), length);
    in.skipBytes(length);
    int headerLines = lines - 1;
    scanned = 0;
    lineStart = 0;
    lines = 0;
    emptyLines = 0;
    int at = kind == Kind.REQUEST ? requestLine(bytes) : statusLine(bytes);
    if (at < 0) {
      return Outcome.MALFORMED;
    }
    fields.reset(headerLines + 2);
    if (!fields.read(bytes, at, length)) {
      malformed(fields.fault());
      reason = fields.reason();
      return Outcome.MALFORMED;
    }
    if (fields.chunked() && minorVersion == 0) {
      malformed("Transfer-Encoding in HTTP/1.0");
      reason = CodecRefusal.HTTP1_INVALID_TRANSFER_ENCODING;
      return Outcome.MALFORMED;
    }
    return Outcome.HEAD;
  }

  private int requestLine(byte[] bytes) {
    int space = 0;
    while (HttpChars.isToken(bytes[space])) {
      space++;
    }
    if (space == 0 || bytes[space] != ' ') {
      return fail("invalid method");
    }
    int from = space + 1;
    int to = from;
    while (HttpChars.isTarget(bytes[to])) {
      to++;
    }
    if (to == from || bytes[to] != ' ') {
      fail("invalid request target");
      reason = CodecRefusal.HTTP1_INVALID_URL;
      return -1;
    }
    if (!version(bytes, to + 1) || bytes[to + 9] != '\r' || bytes[to + 10] != '\n') {
      return fail("not HTTP/1.1 or HTTP/1.0");
    }
    method = method(bytes, space);
    target = new String(bytes, from, to - from, ISO_8859_1);
    return to + 11;
  }

  private static String method(byte[] bytes, int length) {
    for (String known : METHODS) {
      if (known.length() == length && startsWith(bytes, 0, known)) {
        return known;
      }
    }
    return new String(bytes, 0, length, ISO_8859_1);
  }

  private int statusLine(byte[] bytes) {
    if (!version(bytes, 0) || bytes[8] != ' ') {
      return fail("invalid status line");
    }
    int code = 0;
    for (int i = 9; i < 12; i++) {
      if (bytes[i] < '0' || bytes[i] > '9') {
        return fail("invalid status code");
      }
      code = code * 10 + bytes[i] - '0';
    }
    // A server may leave out the space before an empty reason.
    if (code < 100 || code > 599 || (bytes[12] != ' ' && bytes[12] != '\r')) {
      return fail("invalid status code");
    }
    int at = 12;
    while (HttpChars.isValue(bytes[at])) {
      at++;
    }
    if (bytes[at] != '\r' || bytes[at + 1] != '\n') {
      return fail("invalid character in a reason phrase");
    }
    status = code;
    return at + 2;
  }

  private boolean version(byte[] bytes, int at) {
    // The array may end before; a head is never shorter than its CRLFs, so compare byte by byte.
    if (!startsWith(bytes, at, "HTTP/1.") || (bytes[at + 7] != '1' && bytes[at + 7] != '0')) {
      return false;
    }
    minorVersion = bytes[at + 7] - '0';
    return true;
  }

  private static boolean startsWith(byte[] bytes, int at, String text) {
    for (int i = 0; i < text.length(); i++) {
      if (at + i >= bytes.length || bytes[at + i] != text.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  private Outcome malformed(String what) {
    fault = what;
    reason = CodecRefusal.HTTP1_CODEC_ERROR;
    return Outcome.MALFORMED;
  }

  private Outcome tooLarge(CodecRefusal how) {
    reason = how;
    fault = "head of more than " + maxBytes + " bytes or " + maxHeaders + " fields";
    return Outcome.TOO_LARGE;
  }

  private int fail(String what) {
    fault = what;
    reason = CodecRefusal.HTTP1_CODEC_ERROR;
    return -1;
  }

  /** Of a request. */
  public String method() {
    return method;
  }

  /** Of a request, in any of its forms. */
  public String target() {
    return target;
  }

  /** Of a response. */
  public int status() {
    return status;
  }

  /** 1 for HTTP/1.1, 0 for HTTP/1.0. */
  public int minorVersion() {
    return minorVersion;
  }

  public FieldBlock fields() {
    return fields;
  }

  /** What is wrong, after a reading that failed; no peer's bytes in it. */
  public String fault() {
    return fault;
  }

  /** What is wrong as one of the closed set. */
  public CodecRefusal reason() {
    return reason;
  }
}

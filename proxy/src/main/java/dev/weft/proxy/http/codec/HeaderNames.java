package dev.weft.proxy.http.codec;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netty.util.AsciiString;
import java.util.HashMap;
import java.util.Map;

/**
 * Header names as they come off the wire to lower-case strings, without allocating for the common
 * ones. Stateless.
 */
final class HeaderNames {
  /** Names that the codecs themselves act on. */
  enum Role {
    NONE,
    HOST,
    CONTENT_LENGTH,
    TRANSFER_ENCODING,
    CONNECTION,
    TE,
    EXPECT,
    UPGRADE,
    /** Other fields that belong to one connection (RFC 9110 section 7.6.1). */
    HOP_BY_HOP
  }

  private static final String[] COMMON = {
    "accept",
    "accept-charset",
    "accept-encoding",
    "accept-language",
    "accept-ranges",
    "access-control-allow-credentials",
    "access-control-allow-headers",
    "access-control-allow-methods",
    "access-control-allow-origin",
    "age",
    "allow",
    "authorization",
    "baggage",
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-language",
    "content-location",
    "content-range",
    "content-type",
    "cookie",
    "date",
    "etag",
    "expires",
    "forwarded",
    "from",
    "grpc-accept-encoding",
    "grpc-encoding",
    "grpc-message",
    "grpc-status",
    "grpc-timeout",
    "idempotency-key",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-range",
    "if-unmodified-since",
    "last-modified",
    "link",
    "location",
    "max-forwards",
    "origin",
    "pragma",
    "priority",
    "range",
    "referer",
    "retry-after",
    "sec-fetch-dest",
    "sec-fetch-mode",
    "sec-fetch-site",
    "server",
    "server-timing",
    "set-cookie",
    "strict-transport-security",
    "traceparent",
    "tracestate",
    "trailer",
    "upgrade-insecure-requests",
    "user-agent",
    "vary",
    "via",
    "www-authenticate",
    "x-b3-sampled",
    "x-b3-spanid",
    "x-b3-traceid",
    "x-content-type-options",
    "x-correlation-id",
    "x-envoy-upstream-service-time",
    "x-forwarded-client-cert",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-port",
    "x-forwarded-proto",
    "x-frame-options",
    "x-powered-by",
    "x-request-id",
    "x-requested-with",
    "x-weft-unreached"
  };

  private static final int SLOTS = 512;
  private static final String[] NAMES = new String[SLOTS];
  private static final Role[] ROLES = new Role[SLOTS];

  /** The common names with their hashes computed, which HPACK asks for. */
  private static final Map<String, AsciiString> ASCII = new HashMap<>();

  static {
    for (String name : COMMON) {
      put(name, Role.NONE);
    }
    put("host", Role.HOST);
    put("content-length", Role.CONTENT_LENGTH);
    put("transfer-encoding", Role.TRANSFER_ENCODING);
    put("connection", Role.CONNECTION);
    put("te", Role.TE);
    put("expect", Role.EXPECT);
    put("upgrade", Role.UPGRADE);
    for (String name : new String[] {"keep-alive", "proxy-connection", "http2-settings"}) {
      put(name, Role.HOP_BY_HOP);
    }
  }

  private static final AsciiString REQUEST_ID = ascii("x-request-id");
  private static final AsciiString TRACEPARENT = ascii("traceparent");
  private static final AsciiString B3_TRACE = ascii("x-b3-traceid");
  private static final AsciiString B3_SPAN = ascii("x-b3-spanid");

  private HeaderNames() {}

  private static void put(String name, Role role) {
    byte[] bytes = name.getBytes(ISO_8859_1);
    int slot = hash(bytes, 0, bytes.length) & (SLOTS - 1);
    while (NAMES[slot] != null) {
      slot = (slot + 1) & (SLOTS - 1);
    }
    NAMES[slot] = name;
    ROLES[slot] = role;
    ASCII.put(name, AsciiString.cached(name));
  }

  /** A lower-case name for HPACK. */
  static AsciiString ascii(String name) {
    AsciiString common = ASCII.get(name);
    return common == null ? new AsciiString(name) : common;
  }

  /**
   * Whether a field's value comes once and never again: in HPACK's table it would only push out
   * what does come again. For HPACK, which writes such a field as never indexed (RFC 7541 section
   * 6.2.3).
   */
  static boolean neverRepeats(CharSequence name, CharSequence value) {
    return switch (name.length()) {
      case 11 -> TRACEPARENT.contentEquals(name) || B3_SPAN.contentEquals(name);
      case 12 -> REQUEST_ID.contentEquals(name) || B3_TRACE.contentEquals(name);
      default -> false;
    };
  }

  private static int hash(byte[] bytes, int offset, int length) {
    int hash = length;
    for (int i = offset; i < offset + length; i++) {
      hash = hash * 31 + bytes[i];
    }
    return hash ^ (hash >>> 15);
  }

  /** The slot of a lower-case name; negative: it is not a common one. */
  static int slot(byte[] bytes, int offset, int length) {
    int slot = hash(bytes, offset, length) & (SLOTS - 1);
    for (String name = NAMES[slot]; name != null; name = NAMES[slot]) {
      if (equal(name, bytes, offset, length)) {
        return slot;
      }
      slot = (slot + 1) & (SLOTS - 1);
    }
    return -1;
  }

  private static boolean equal(String name, byte[] bytes, int offset, int length) {
    if (name.length() != length) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      if (name.charAt(i) != bytes[offset + i]) {
        return false;
      }
    }
    return true;
  }

  /** A name as a string, which of a common one is made once. */
  static String of(CharSequence name) {
    if (name instanceof AsciiString ascii) {
      int slot = slot(ascii.array(), ascii.arrayOffset(), ascii.length());
      return slot < 0 ? ascii.toString() : NAMES[slot];
    }
    return name.toString();
  }

  static String name(int slot) {
    return NAMES[slot];
  }

  static Role role(int slot) {
    return ROLES[slot];
  }

  /** What the codecs do with a lower-case name. */
  static Role role(String name) {
    return switch (name) {
      case "host" -> Role.HOST;
      case "content-length" -> Role.CONTENT_LENGTH;
      case "transfer-encoding" -> Role.TRANSFER_ENCODING;
      case "connection" -> Role.CONNECTION;
      case "te" -> Role.TE;
      case "expect" -> Role.EXPECT;
      case "upgrade" -> Role.UPGRADE;
      case "keep-alive", "proxy-connection", "http2-settings" -> Role.HOP_BY_HOP;
      default -> Role.NONE;
    };
  }
}

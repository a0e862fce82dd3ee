package dev.weft.proxy.http.codec;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.weft.proxy.http.HeaderList;
import dev.weft.proxy.http.RequestHead;
import dev.weft.proxy.http.ResponseHead;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.ReadOnlyHttp2Headers;
import io.netty.util.AsciiString;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * HTTP/2 header blocks from and to the neutral form. The framing layer has refused upper-case
 * names, pseudo-headers in a wrong place and fields that belong to a connection (RFC 9113 section
 * 8.2); what it lets through and HTTP/1.1 could not carry is refused here. Stateless.
 */
public final class H2Heads {
  /** The pseudo-header of an extended CONNECT (RFC 8441 section 4). */
  public static final String PROTOCOL = ":protocol";

  /** SETTINGS_ENABLE_CONNECT_PROTOCOL (RFC 8441 section 3). */
  public static final char ENABLE_CONNECT_PROTOCOL = 8;

  /** Two of these would be read differently by two readers. */
  private static final Set<String> ONCE = Set.of("host", "content-length");

  private H2Heads() {}

  /**
   * Copies the ordinary fields.
   *
   * @return false: too many, one that HTTP/1.1 could not carry, or one twice that may be there once
   */
  public static boolean read(Http2Headers from, HeaderList to, int maxFields) {
    StringBuilder cookies = null;
    for (Map.Entry<CharSequence, CharSequence> field : from) {
      CharSequence key = field.getKey();
      if (key.isEmpty()) {
        return false;
      }
      if (key.charAt(0) == ':') {
        continue;
      }
      String name = HeaderNames.of(key);
      String value = field.getValue().toString();
      if (!HttpChars.isToken(key)
          || !HttpChars.isValue(field.getValue())
          || to.size() >= maxFields) {
        return false;
      }
      if (name.equals("cookie")) {
        // RFC 9113 section 8.2.3: crumbs are joined before they leave HTTP/2.
        cookies = cookies == null ? new StringBuilder(value) : cookies.append("; ").append(value);
      } else if (ONCE.contains(name) && to.get(name) != null) {
        return false;
      } else {
        to.add(name, value);
      }
    }
    if (cookies != null) {
      to.add("cookie", cookies.toString());
    }
    return true;
  }

  /** A request's block. */
  public static Http2Headers request(RequestHead head) {
    if (head.upgrades()) {
      return connect(head);
    }
    return ReadOnlyHttp2Headers.clientHeaders(
        false,
        AsciiString.of(head.method()),
        AsciiString.of(head.path()),
        AsciiString.of(head.scheme()),
        AsciiString.of(head.authority()),
        fields(head.headers()));
  }

  /**
   * CONNECT, plain or extended: its own list of pseudo-headers (RFC 9113 section 8.5, RFC 8441).
   */
  private static Http2Headers connect(RequestHead head) {
    HeaderList fields = head.headers();
    Http2Headers block = new DefaultHttp2Headers(false, fields.size() + 5);
    block.method("CONNECT");
    block.authority(head.authority());
    if (!head.upgrade().equals(RequestHead.CONNECT)) {
      block.add(PROTOCOL, head.upgrade());
      block.scheme(head.scheme());
      block.path(head.path());
    }
    for (int i = 0; i < fields.size(); i++) {
      block.add(fields.name(i), fields.value(i));
    }
    return block;
  }

  /** A response's block. */
  public static Http2Headers response(ResponseHead head) {
    return ReadOnlyHttp2Headers.serverHeaders(
        false, Statuses.text(head.status()), fields(head.headers()));
  }

  /** Trailers. */
  public static Http2Headers trailers(HeaderList fields) {
    return ReadOnlyHttp2Headers.trailers(false, fields(fields));
  }

  /**
   * Names and values in turn, for a block that is only read once, by HPACK: without a hash table.
   */
  private static AsciiString[] fields(HeaderList fields) {
    AsciiString[] block = new AsciiString[2 * fields.size()];
    for (int i = 0; i < fields.size(); i++) {
      block[2 * i] = HeaderNames.ascii(fields.name(i));
      // One copy of memory; the constructor that takes text goes by characters.
      block[2 * i + 1] = new AsciiString(fields.value(i).getBytes(ISO_8859_1), false);
    }
    return block;
  }

  /** The status of a response's block; 0: missing or none. */
  public static int status(Http2Headers block) {
    CharSequence status = block.status();
    return status == null ? 0 : Statuses.parse(status);
  }

  /** A pseudo-header as a string; {@code null}: missing. */
  public static @Nullable String text(@Nullable CharSequence value) {
    return value == null ? null : value.toString();
  }
}

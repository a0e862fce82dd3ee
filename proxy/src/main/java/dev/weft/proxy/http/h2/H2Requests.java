package dev.weft.proxy.http.h2;

import dev.weft.policy.match.PathNormalizer;
import dev.weft.proxy.LoopConfined;
import dev.weft.proxy.failure.CodecRefusal;
import dev.weft.proxy.http.ConnectionFacts;
import dev.weft.proxy.http.HeaderList;
import dev.weft.proxy.http.RequestHead;
import dev.weft.proxy.http.codec.H2Heads;
import dev.weft.proxy.http.codec.HttpChars;
import dev.weft.proxy.http.codec.RequestTarget;
import dev.weft.proxy.http.codec.Underscores;
import io.netty.handler.codec.http2.Http2Headers;
import org.jspecify.annotations.Nullable;

/** Turns an HTTP/2 header block into the neutral head, or says why it cannot. */
@LoopConfined
final class H2Requests {
  private static final int PSEUDO_HEADERS = 4;

  private final ConnectionFacts facts;
  private boolean awaitsContinue;
  private String fault = "";
  private CodecRefusal reason = CodecRefusal.HTTP2_MESSAGING;

  H2Requests(ConnectionFacts facts) {
    this.facts = facts;
  }

  /** Whether 100 (Continue) is to be answered to the last request before anything else. */
  boolean awaitsContinue() {
    return awaitsContinue;
  }

  /** Makes the head; {@code null}: malformed (RFC 9113 section 8.3.1), see {@link #fault}. */
  @Nullable RequestHead from(Http2Headers block, boolean end) {
    awaitsContinue = false;
    String method = H2Heads.text(block.method());
    String path = H2Heads.text(block.path());
    String upgrade = "";
    if ("CONNECT".equals(method) && facts.config().protocols().allowConnect()) {
      String protocol = H2Heads.text(block.get(H2Heads.PROTOCOL));
      if (protocol == null) {
        return connect(block, end);
      }
      // RFC 8441 section 4: as if it were the GET that HTTP/1.1 upgrades.
      method = "GET";
      upgrade = protocol;
      if (end || !HttpChars.isToken(protocol)) {
        return fail(CodecRefusal.HTTP2_MESSAGING, "an invalid extended CONNECT");
      }
    } else if (block.contains(H2Heads.PROTOCOL)) {
      return fail(CodecRefusal.HTTP2_MESSAGING, "an extended CONNECT");
    }
    if (method == null || path == null || block.status() != null || !scheme(block.scheme())) {
      return fail(CodecRefusal.HTTP2_MESSAGING, "a pseudo-header is missing or wrong");
    }
    if (block.size() > facts.config().maxHeaders() + PSEUDO_HEADERS) {
      return fail(CodecRefusal.HTTP2_TOO_MANY_HEADERS, "too many header fields");
    }
    HeaderList headers = new HeaderList(block.size());
    if (!H2Heads.read(block, headers, facts.config().maxHeaders())) {
      return fail(CodecRefusal.HTTP2_INVALID_HEADER_FIELD, "invalid header fields");
    }
    if (!Underscores.pass(facts.config().protocols().underscores(), headers)) {
      return fail(CodecRefusal.HTTP2_UNDERSCORE, "an underscore in a header's name");
    }
    if (!facts.config().protocols().proxyContinue()
        && "100-continue".equalsIgnoreCase(headers.get("expect"))) {
      headers.remove("expect");
      awaitsContinue = !end;
    }
    String authority = authority(H2Heads.text(block.authority()), headers.get("host"));
    headers.remove("host");
    if (authority == null || !HttpChars.isAuthority(authority)) {
      return block.authority() == null && authority == null
          ? fail(CodecRefusal.MISSING_HOST, "no authority")
          : fail(CodecRefusal.INVALID_AUTHORITY, "invalid authority");
    }
    boolean asterisk = path.equals("*") && method.equals("OPTIONS");
    if (!HttpChars.isToken(method)
        || method.equals("CONNECT")
        || !HttpChars.isTarget(path)
        || !(asterisk || path.charAt(0) == '/')) {
      return fail(CodecRefusal.HTTP2_MESSAGING, "invalid method or path");
    }
    String normal =
        PathNormalizer.normalize(
            path, facts.config().normalizePath(), facts.config().mergeSlashes());
    return normal == null
        ? fail(CodecRefusal.PATH_NORMALIZATION, "a path that cannot be normalised")
        : new RequestHead(method, facts.scheme(), authority, normal, headers, upgrade);
  }

  /** RFC 3986 section 3.1. Which one it is does not matter: the connection says what is spoken. */
  private static boolean scheme(@Nullable CharSequence scheme) {
    if (scheme == null || scheme.isEmpty() || !Character.isLetter(scheme.charAt(0))) {
      return false;
    }
    for (int i = 1; i < scheme.length(); i++) {
      char c = scheme.charAt(i);
      boolean alphanumeric = c < 128 && Character.isLetterOrDigit(c);
      if (!alphanumeric && c != '+' && c != '-' && c != '.') {
        return false;
      }
    }
    return true;
  }

  /** RFC 9113 section 8.5. */
  private @Nullable RequestHead connect(Http2Headers block, boolean end) {
    HeaderList headers = new HeaderList(block.size());
    String authority = H2Heads.text(block.authority());
    if (end || block.path() != null || block.scheme() != null || authority == null) {
      return fail(CodecRefusal.HTTP2_MESSAGING, "an invalid CONNECT");
    }
    if (!HttpChars.isAuthority(authority) || !RequestTarget.hasPort(authority)) {
      return fail(CodecRefusal.INVALID_AUTHORITY, "invalid authority");
    }
    if (!H2Heads.read(block, headers, facts.config().maxHeaders())) {
      return fail(CodecRefusal.HTTP2_INVALID_HEADER_FIELD, "invalid header fields");
    }
    if (!Underscores.pass(facts.config().protocols().underscores(), headers)) {
      return fail(CodecRefusal.HTTP2_UNDERSCORE, "an underscore in a header's name");
    }
    headers.remove("host").remove("content-length");
    return new RequestHead("CONNECT", facts.scheme(), authority, "", headers, RequestHead.CONNECT);
  }

  /** One of the two, or both when they agree. */
  private static @Nullable String authority(@Nullable String pseudo, @Nullable String host) {
    if (pseudo == null || pseudo.isEmpty()) {
      return host;
    }
    return host == null || host.equalsIgnoreCase(pseudo) ? pseudo : null;
  }

  private @Nullable RequestHead fail(CodecRefusal how, String what) {
    fault = what;
    reason = how;
    return null;
  }

  /** What is wrong. */
  String fault() {
    return fault;
  }

  /** What is wrong as one of the closed set. */
  CodecRefusal reason() {
    return reason;
  }
}

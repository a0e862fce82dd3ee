package dev.weft.proxy.http.h1;

import dev.weft.proxy.LoopConfined;
import dev.weft.proxy.failure.CodecRefusal;
import dev.weft.proxy.http.ConnectionFacts;
import dev.weft.proxy.http.RequestHead;
import dev.weft.proxy.http.codec.FieldBlock;
import dev.weft.proxy.http.codec.H1HeadReader;
import dev.weft.proxy.http.codec.HttpChars;
import dev.weft.proxy.http.codec.PathNormalizer;
import dev.weft.proxy.http.codec.RequestTarget;
import org.jspecify.annotations.Nullable;

/** Turns an HTTP/1.1 head into the neutral one, or says why it cannot. */
@LoopConfined
final class H1Requests {
  private final ConnectionFacts facts;
  private String fault = "";
  private CodecRefusal reason = CodecRefusal.HTTP1_CODEC_ERROR;

  H1Requests(ConnectionFacts facts) {
    this.facts = facts;
  }

  /**
   * A request as the router takes it.
   *
   * @param end whether there is no body
   * @param keepAlive whether the peer lets the connection stay open
   */
  record Request(RequestHead head, boolean end, boolean keepAlive) {}

  /** Makes the request; {@code null}: malformed, see {@link #fault}. */
  @Nullable Request from(H1HeadReader read) {
    FieldBlock fields = read.fields();
    RequestTarget target = RequestTarget.parse(read.method(), read.target());
    if (target == null) {
      return fail(
          CodecRefusal.HTTP1_INVALID_URL, "a request target of a form that is not accepted");
    }
    // RFC 9112 section 3.2: one Host, even where the target names the authority.
    String host = fields.host();
    if (host == null) {
      return fail(CodecRefusal.MISSING_HOST, "no Host");
    }
    String authority = target.authority() == null ? host : target.authority();
    if (!HttpChars.isAuthority(authority) || !(host.isEmpty() || HttpChars.isAuthority(host))) {
      return fail(CodecRefusal.INVALID_AUTHORITY, "invalid Host");
    }
    String path =
        PathNormalizer.normalize(
            target.path(), facts.config().normalizePath(), facts.config().mergeSlashes());
    if (path == null) {
      return fail(CodecRefusal.PATH_NORMALIZATION, "a path that cannot be normalised");
    }
    boolean end = !fields.chunked() && fields.contentLength() <= 0;
    boolean keepAlive = read.minorVersion() == 1 ? !fields.close() : keptAlive(fields);
    return new Request(
        new RequestHead(read.method(), facts.scheme(), authority, path, fields.headers()),
        end,
        keepAlive);
  }

  private static boolean keptAlive(FieldBlock fields) {
    return fields.keepAlive() && !fields.close();
  }

  private @Nullable Request fail(CodecRefusal how, String what) {
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

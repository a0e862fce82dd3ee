package dev.weft.proxy.http.h1;

import dev.weft.policy.match.PathNormalizer;
import dev.weft.proxy.LoopConfined;
import dev.weft.proxy.config.Http1Settings;
import dev.weft.proxy.failure.CodecRefusal;
import dev.weft.proxy.http.ConnectionFacts;
import dev.weft.proxy.http.RequestHead;
import dev.weft.proxy.http.codec.FieldBlock;
import dev.weft.proxy.http.codec.H1HeadReader;
import dev.weft.proxy.http.codec.HttpChars;
import dev.weft.proxy.http.codec.RequestTarget;
import dev.weft.proxy.http.codec.Underscores;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Turns an HTTP/1.1 head into the neutral one, or says why it cannot. */
@LoopConfined
final class H1Requests {
  /** Registered methods (IANA), as far as Envoy lets them through. */
  private static final Set<String> METHODS =
      Set.of(
          "GET",
          "POST",
          "PUT",
          "DELETE",
          "HEAD",
          "OPTIONS",
          "PATCH",
          "TRACE",
          "CONNECT",
          "ACL",
          "BIND",
          "CHECKOUT",
          "COPY",
          "LINK",
          "LOCK",
          "M-SEARCH",
          "MERGE",
          "MKACTIVITY",
          "MKCALENDAR",
          "MKCOL",
          "MOVE",
          "NOTIFY",
          "PROPFIND",
          "PROPPATCH",
          "PURGE",
          "REBIND",
          "REPORT",
          "SEARCH",
          "SOURCE",
          "SUBSCRIBE",
          "UNBIND",
          "UNLINK",
          "UNLOCK",
          "UNSUBSCRIBE");

  private final ConnectionFacts facts;
  private final Http1Settings settings;
  private long begun;
  private String fault = "";
  private CodecRefusal reason = CodecRefusal.HTTP1_CODEC_ERROR;

  H1Requests(ConnectionFacts facts) {
    this.facts = facts;
    this.settings = facts.config().protocols().http1();
  }

  /**
   * A request as the router takes it.
   *
   * @param end whether there is no body
   * @param keepAlive whether the peer lets the connection stay open
   * @param awaitsContinue whether 100 (Continue) is to be answered before anything else
   */
  record Request(RequestHead head, boolean end, boolean keepAlive, boolean awaitsContinue) {}

  /** Makes the request; {@code null}: malformed, see {@link #fault}. */
  @Nullable Request from(H1HeadReader read) {
    begun++;
    FieldBlock fields = read.fields();
    boolean http10 = read.minorVersion() == 0;
    if (http10 && !settings.acceptHttp10()) {
      return fail(CodecRefusal.HTTP1_VERSION, "HTTP/1.0");
    }
    if (!settings.customMethods() && !METHODS.contains(read.method())) {
      return fail(CodecRefusal.HTTP1_CODEC_ERROR, "an unknown method");
    }
    if (!Underscores.pass(facts.config().protocols().underscores(), fields.headers())) {
      return fail(CodecRefusal.HTTP1_UNDERSCORE, "an underscore in a header's name");
    }
    RequestTarget target = RequestTarget.parse(read.method(), read.target());
    if (target == null) {
      return fail(
          CodecRefusal.HTTP1_INVALID_URL, "a request target of a form that is not accepted");
    }
    // RFC 9112 section 3.2: one Host, even where the target names the authority.
    String host = fields.host();
    if (host == null && http10 && !settings.defaultHost().isEmpty()) {
      host = settings.defaultHost();
    }
    if (host == null) {
      return fail(CodecRefusal.MISSING_HOST, "no Host");
    }
    String authority = target.authority() == null ? host : target.authority();
    if (!HttpChars.isAuthority(authority) || !(host.isEmpty() || HttpChars.isAuthority(host))) {
      return fail(CodecRefusal.INVALID_AUTHORITY, "invalid Host");
    }
    boolean connect = read.method().equals("CONNECT");
    if (connect && (fields.chunked() || fields.contentLength() >= 0)) {
      return fail(CodecRefusal.HTTP1_CODEC_ERROR, "CONNECT with a body");
    }
    String path =
        connect
            ? ""
            : PathNormalizer.normalize(
                target.path(), facts.config().normalizePath(), facts.config().mergeSlashes());
    if (path == null) {
      return fail(CodecRefusal.PATH_NORMALIZATION, "a path that cannot be normalised");
    }
    boolean end = !fields.chunked() && fields.contentLength() <= 0;
    boolean keepAlive = http10 ? keptAlive(fields) : !fields.close();
    boolean awaitsContinue = false;
    if (fields.expectsContinue() && (http10 || !facts.config().protocols().proxyContinue())) {
      // RFC 9110 section 10.1.1: of an HTTP/1.0 client it is ignored.
      fields.headers().remove("expect");
      awaitsContinue = !http10 && !end;
    }
    String upgrade = connect ? RequestHead.CONNECT : http10 || !end ? "" : upgrade(fields);
    return new Request(
        new RequestHead(read.method(), facts.scheme(), authority, path, fields.headers(), upgrade),
        end && upgrade.isEmpty(),
        keepAlive && upgrade.isEmpty() && !facts.config().protocols().connections().last(begun),
        awaitsContinue);
  }

  /** Without a body; h2c, which RFC 9113 has given up, is no reason not to answer. */
  private static String upgrade(FieldBlock fields) {
    String asked = fields.upgrade();
    return asked.equalsIgnoreCase("h2c") ? "" : asked;
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

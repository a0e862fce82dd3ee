package dev.weft.proxy.xds.parse;

import dev.weft.policy.xds.Problems;
import dev.weft.proxy.config.Rewrite;
import dev.weft.proxy.config.Route.Action.Redirect;
import dev.weft.proxy.config.Route.PathMatch;
import io.envoyproxy.envoy.config.route.v3.RedirectAction;
import org.jspecify.annotations.Nullable;

/** {@code envoy.config.route.v3.RedirectAction}. */
final class RedirectReader {
  private RedirectReader() {}

  static Redirect read(RedirectAction proto, @Nullable PathMatch match, Problems problems) {
    String whole = proto.getPathRedirect();
    if (!whole.isEmpty()) {
      RewriteReader.target(whole, problems.field("path_redirect"));
    }
    if (!proto.getHostRedirect().isEmpty()) {
      RewriteReader.literal(proto.getHostRedirect(), problems.field("host_redirect"));
    }
    long port = Integer.toUnsignedLong(proto.getPortRedirect());
    return new Redirect(
        scheme(proto, problems.field("scheme_redirect")),
        proto.getHostRedirect(),
        Numbers.within(port, 0, 65_535, 0, problems.field("port_redirect")),
        whole,
        rewrite(proto, match, problems),
        status(proto, problems.field("response_code")),
        proto.getStripQuery());
  }

  private static String scheme(RedirectAction proto, Problems problems) {
    return switch (proto.getSchemeRewriteSpecifierCase()) {
      case HTTPS_REDIRECT -> proto.getHttpsRedirect() ? "https" : "";
      case SCHEME_REDIRECT -> {
        if (!proto.getSchemeRedirect().matches("[a-z][a-z0-9+.-]{0,31}")) {
          problems.add("is not a scheme: " + Texts.quoted(proto.getSchemeRedirect()));
        }
        yield proto.getSchemeRedirect();
      }
      case SCHEMEREWRITESPECIFIER_NOT_SET -> "";
    };
  }

  private static Rewrite.@Nullable Path rewrite(
      RedirectAction proto, @Nullable PathMatch match, Problems problems) {
    return switch (proto.getPathRewriteSpecifierCase()) {
      case PREFIX_REWRITE ->
          RewriteReader.matched(proto.getPrefixRewrite(), match, problems.field("prefix_rewrite"));
      case REGEX_REWRITE ->
          RewriteReader.regexPath(proto.getRegexRewrite(), problems.field("regex_rewrite"));
      case PATH_REDIRECT, PATHREWRITESPECIFIER_NOT_SET -> null;
    };
  }

  private static int status(RedirectAction proto, Problems problems) {
    return switch (proto.getResponseCode()) {
      case MOVED_PERMANENTLY -> 301;
      case FOUND -> 302;
      case SEE_OTHER -> 303;
      case TEMPORARY_REDIRECT -> 307;
      case PERMANENT_REDIRECT -> 308;
      case UNRECOGNIZED -> {
        problems.add("is not supported: " + proto.getResponseCodeValue());
        yield 302;
      }
    };
  }
}

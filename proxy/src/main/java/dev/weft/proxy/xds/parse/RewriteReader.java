package dev.weft.proxy.xds.parse;

import dev.weft.policy.match.StringMatcher;
import dev.weft.policy.xds.Problems;
import dev.weft.policy.xds.StringMatcherCodec;
import dev.weft.proxy.config.RegexSubstitution;
import dev.weft.proxy.config.RegexSubstitution.Piece;
import dev.weft.proxy.config.Rewrite;
import dev.weft.proxy.config.Route.PathMatch;
import dev.weft.proxy.http.codec.HttpChars;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.extensions.path.rewrite.uri_template.v3.UriTemplateRewriteConfig;
import io.envoyproxy.envoy.type.matcher.v3.RegexMatchAndSubstitute;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Rewrites of paths and hosts. */
final class RewriteReader {
  private static final int MAX_TEXT = 1024;

  private RewriteReader() {}

  static Rewrite read(RouteAction proto, @Nullable PathMatch match, Problems problems) {
    Rewrite.Path path = path(proto, match, problems);
    Rewrite.Host host = host(proto, problems);
    if (proto.getAppendXForwardedHost() && host == null) {
      problems.field("append_x_forwarded_host").add("is supported with a rewritten host only");
    }
    return path == null && host == null
        ? Rewrite.NONE
        : new Rewrite(path, host, proto.getAppendXForwardedHost());
  }

  private static Rewrite.@Nullable Path path(
      RouteAction proto, @Nullable PathMatch match, Problems problems) {
    boolean prefix = !proto.getPrefixRewrite().isEmpty();
    int ways = (prefix ? 1 : 0) + (proto.hasRegexRewrite() ? 1 : 0);
    ways += proto.hasPathRewritePolicy() ? 1 : 0;
    if (ways > 1) {
      problems.add("only one of prefix_rewrite, regex_rewrite and path_rewrite_policy is allowed");
    }
    if (prefix) {
      return matched(proto.getPrefixRewrite(), match, problems.field("prefix_rewrite"));
    }
    if (proto.hasRegexRewrite()) {
      return regexPath(proto.getRegexRewrite(), problems.field("regex_rewrite"));
    }
    if (!proto.hasPathRewritePolicy()) {
      return null;
    }
    Problems at = problems.field("path_rewrite_policy").field("typed_config");
    if (!(TypedConfigs.unpack(proto.getPathRewritePolicy().getTypedConfig())
        instanceof UriTemplateRewriteConfig config)) {
      at.add("expected a UriTemplateRewriteConfig");
      return null;
    }
    if (!(match instanceof PathMatch.Template(var pattern))) {
      at.add("is supported with path_match_policy only");
      return null;
    }
    RegexSubstitution substitution =
        PathTemplateReader.rewrite(
            pattern, config.getPathTemplateRewrite(), at.field("path_template_rewrite"));
    return substitution == null ? null : new Rewrite.Path.Template(substitution);
  }

  /** A {@code prefix_rewrite}. */
  static Rewrite.Path matched(String with, @Nullable PathMatch match, Problems problems) {
    target(with, problems);
    if (match instanceof PathMatch.Template) {
      problems.add("is not supported with path_match_policy: its rewrite says what to write");
    }
    return new Rewrite.Path.Matched(with);
  }

  /** A {@code regex_rewrite} of the path. */
  static Rewrite.@Nullable Path regexPath(RegexMatchAndSubstitute proto, Problems problems) {
    RegexSubstitution substitution = substitution(proto, problems);
    return substitution == null ? null : new Rewrite.Path.Regex(substitution);
  }

  /** A text that becomes part of a request's target. */
  static void target(String text, Problems problems) {
    if (text.length() > MAX_TEXT || !(text.isEmpty() || HttpChars.isTarget(text))) {
      problems.add("is not part of a path: " + Texts.quoted(text));
    }
  }

  private static Rewrite.@Nullable Host host(RouteAction proto, Problems problems) {
    return switch (proto.getHostRewriteSpecifierCase()) {
      case HOST_REWRITE_LITERAL ->
          literal(proto.getHostRewriteLiteral(), problems.field("host_rewrite_literal"));
      case HOST_REWRITE_HEADER -> {
        Problems at = problems.field("host_rewrite_header");
        yield new Rewrite.Host.FromHeader(Texts.headerName(proto.getHostRewriteHeader(), at));
      }
      case HOST_REWRITE_PATH_REGEX -> {
        Problems at = problems.field("host_rewrite_path_regex");
        RegexSubstitution made = substitution(proto.getHostRewritePathRegex(), at);
        yield made == null ? null : new Rewrite.Host.FromPath(made);
      }
      // FieldCheck has reported auto_host_rewrite already.
      case AUTO_HOST_REWRITE, HOSTREWRITESPECIFIER_NOT_SET -> null;
    };
  }

  /** A host to write into requests. */
  static Rewrite.Host literal(String host, Problems problems) {
    if (host.length() > 255 || !HttpChars.isAuthority(host)) {
      problems.add("is not a host: " + Texts.quoted(host));
    }
    return new Rewrite.Host.Literal(host);
  }

  private static @Nullable RegexSubstitution substitution(
      RegexMatchAndSubstitute proto, Problems problems) {
    target(proto.getSubstitution().replaceAll("\\\\[0-9\\\\]", ""), problems.field("substitution"));
    return text(proto, problems);
  }

  /** A rewrite of a text that is no part of a request's target afterwards. */
  static @Nullable RegexSubstitution text(RegexMatchAndSubstitute proto, Problems problems) {
    StringMatcher.Regex regex =
        StringMatcherCodec.decodeRegex(proto.getPattern(), problems.field("pattern"));
    Problems at = problems.field("substitution");
    if (proto.getSubstitution().length() > MAX_TEXT) {
      at.add("is longer than " + MAX_TEXT + " characters");
    }
    if (regex == null) {
      return null;
    }
    List<Piece> pieces = pieces(proto.getSubstitution(), regex.pattern().groupCount(), at);
    return new RegexSubstitution(regex.pattern(), pieces);
  }

  /** {@code \0} to {@code \9} are groups, {@code \\} is a backslash (RE2). */
  private static List<Piece> pieces(String text, int groups, Problems problems) {
    List<Piece> pieces = new ArrayList<>();
    StringBuilder literal = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      char next = i + 1 < text.length() ? text.charAt(i + 1) : ' ';
      if (c != '\\') {
        literal.append(c);
      } else if (next >= '0' && next <= '9' && next - '0' <= groups) {
        if (!literal.isEmpty()) {
          pieces.add(Piece.text(literal.toString()));
          literal.setLength(0);
        }
        pieces.add(Piece.group(next - '0'));
        i++;
      } else if (next == '\\') {
        literal.append('\\');
        i++;
      } else {
        problems.add("names a group that is not there: " + Texts.quoted(text));
      }
    }
    if (!literal.isEmpty()) {
      pieces.add(Piece.text(literal.toString()));
    }
    return pieces;
  }
}

package dev.weft.proxy.xds.parse;

import dev.weft.policy.match.HeaderMatcher;
import dev.weft.policy.match.StringMatcher;
import dev.weft.policy.xds.HeaderMatcherCodec;
import dev.weft.policy.xds.Problems;
import dev.weft.policy.xds.StringMatcherCodec;
import dev.weft.proxy.config.Fraction;
import dev.weft.proxy.config.QueryMatcher;
import dev.weft.proxy.config.Route.Match;
import dev.weft.proxy.config.Route.PathMatch;
import io.envoyproxy.envoy.config.core.v3.RuntimeFractionalPercent;
import io.envoyproxy.envoy.config.route.v3.QueryParameterMatcher;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig;
import io.envoyproxy.envoy.type.v3.FractionalPercent;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code envoy.config.route.v3.RouteMatch}. */
final class RouteMatchReader {
  private RouteMatchReader() {}

  /** Reads one; {@code null} only when problems were added. */
  static @Nullable Match read(RouteMatch proto, Problems problems) {
    PathMatch path = path(proto, problems);
    List<HeaderMatcher> headers = headers(proto.getHeadersList(), problems.field("headers"));
    List<QueryMatcher> query =
        query(proto.getQueryParametersList(), problems.field("query_parameters"));
    Fraction share =
        proto.hasRuntimeFraction()
            ? fraction(proto.getRuntimeFraction(), problems.field("runtime_fraction"))
            : Fraction.ALL;
    return path == null ? null : new Match(path, headers, query, proto.hasGrpc(), share);
  }

  private static @Nullable PathMatch path(RouteMatch proto, Problems problems) {
    boolean ignoreCase = proto.hasCaseSensitive() && !proto.getCaseSensitive().getValue();
    return switch (proto.getPathSpecifierCase()) {
      case PREFIX -> new PathMatch.Prefix(proto.getPrefix(), ignoreCase);
      case PATH -> new PathMatch.Exact(proto.getPath(), ignoreCase);
      case PATH_SEPARATED_PREFIX -> {
        String prefix = proto.getPathSeparatedPrefix();
        if (!prefix.startsWith("/")
            || prefix.endsWith("/")
            || prefix.indexOf('?') >= 0
            || prefix.indexOf('#') >= 0) {
          problems
              .field("path_separated_prefix")
              .add("has to begin with a slash and end without one: " + Texts.quoted(prefix));
        }
        yield new PathMatch.SegmentPrefix(prefix, ignoreCase);
      }
      case SAFE_REGEX -> {
        StringMatcher matcher =
            StringMatcherCodec.decodeRegex(proto.getSafeRegex(), problems.field("safe_regex"));
        yield matcher == null ? null : new PathMatch.Regex(matcher);
      }
      case PATH_MATCH_POLICY -> template(proto, problems.field("path_match_policy"));
      case CONNECT_MATCHER -> new PathMatch.Connect();
      case PATHSPECIFIER_NOT_SET -> {
        problems.add(
            "prefix, path, path_separated_prefix, safe_regex or path_match_policy is required");
        yield null;
      }
    };
  }

  private static @Nullable PathMatch template(RouteMatch proto, Problems problems) {
    Problems at = problems.field("typed_config");
    if (!(TypedConfigs.unpack(proto.getPathMatchPolicy().getTypedConfig())
        instanceof UriTemplateMatchConfig config)) {
      at.add("expected a UriTemplateMatchConfig");
      return null;
    }
    var pattern = PathTemplateReader.match(config.getPathTemplate(), at.field("path_template"));
    return pattern == null ? null : new PathMatch.Template(pattern);
  }

  static List<HeaderMatcher> headers(
      List<io.envoyproxy.envoy.config.route.v3.HeaderMatcher> protos, Problems problems) {
    List<HeaderMatcher> headers = new ArrayList<>();
    for (int i = 0; i < protos.size(); i++) {
      HeaderMatcher header = HeaderMatcherCodec.decode(protos.get(i), problems.item(i));
      if (header != null) {
        headers.add(header);
      }
    }
    return headers;
  }

  private static List<QueryMatcher> query(List<QueryParameterMatcher> protos, Problems problems) {
    List<QueryMatcher> matchers = new ArrayList<>();
    for (int i = 0; i < protos.size(); i++) {
      QueryParameterMatcher proto = protos.get(i);
      Problems at = problems.item(i);
      Texts.required(proto.getName(), at.field("name"));
      StringMatcher value =
          proto.hasStringMatch()
              ? StringMatcherCodec.decode(proto.getStringMatch(), at.field("string_match"))
              : null;
      matchers.add(
          new QueryMatcher(
              proto.getName(), value, !proto.hasPresentMatch() || proto.getPresentMatch()));
    }
    return matchers;
  }

  /** A share of requests: its default value, since there is no runtime to override it. */
  static Fraction fraction(RuntimeFractionalPercent proto, Problems problems) {
    if (!proto.hasDefaultValue()) {
      problems.field("default_value").add("is required");
    }
    return fraction(proto.getDefaultValue(), problems.field("default_value"));
  }

  /** A share of requests. */
  static Fraction fraction(FractionalPercent proto, Problems problems) {
    int denominator =
        switch (proto.getDenominator()) {
          case HUNDRED -> 100;
          case TEN_THOUSAND -> 10_000;
          case MILLION -> 1_000_000;
          // FieldCheck has reported it already.
          case UNRECOGNIZED -> 100;
        };
    long numerator = Integer.toUnsignedLong(proto.getNumerator());
    int share = Numbers.within(numerator, 0, denominator, 0, problems.field("numerator"));
    return share == denominator ? Fraction.ALL : new Fraction(share, denominator);
  }
}

package dev.weft.proxy.xds.parse;

import dev.weft.policy.xds.Problems;
import dev.weft.proxy.config.HashPolicy;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** {@code envoy.config.route.v3.RouteAction.HashPolicy}. */
final class HashPolicyReader {
  private static final int MOST = 16;

  private HashPolicyReader() {}

  static List<HashPolicy> read(List<RouteAction.HashPolicy> protos, Problems problems) {
    if (protos.size() > MOST) {
      problems.add("has " + protos.size() + " entries, at most " + MOST);
    }
    List<HashPolicy> policies = new ArrayList<>();
    for (int i = 0; i < protos.size(); i++) {
      HashPolicy policy = policy(protos.get(i), problems.item(i));
      if (policy != null) {
        policies.add(policy);
      }
    }
    return policies;
  }

  private static @Nullable HashPolicy policy(RouteAction.HashPolicy proto, Problems problems) {
    boolean terminal = proto.getTerminal();
    return switch (proto.getPolicySpecifierCase()) {
      case HEADER -> {
        String name = proto.getHeader().getHeaderName().toLowerCase(Locale.ROOT);
        String bare = name.startsWith(":") ? name.substring(1) : name;
        Texts.headerName(bare, problems.field("header").field("header_name"));
        yield new HashPolicy.Header(
            name,
            proto.getHeader().hasRegexRewrite()
                ? RewriteReader.text(
                    proto.getHeader().getRegexRewrite(),
                    problems.field("header").field("regex_rewrite"))
                : null,
            terminal);
      }
      case COOKIE -> cookie(proto.getCookie(), terminal, problems.field("cookie"));
      case CONNECTION_PROPERTIES -> {
        if (!proto.getConnectionProperties().getSourceIp()) {
          problems.field("connection_properties").field("source_ip").add("has to be true");
        }
        yield new HashPolicy.SourceIp(terminal);
      }
      case QUERY_PARAMETER -> {
        Problems at = problems.field("query_parameter").field("name");
        String name = Texts.required(proto.getQueryParameter().getName(), at);
        yield new HashPolicy.Query(name, terminal);
      }
      // FieldCheck has reported it already.
      case FILTER_STATE -> null;
      case POLICYSPECIFIER_NOT_SET -> {
        problems.add("header, cookie, connection_properties or query_parameter is required");
        yield null;
      }
    };
  }

  private static HashPolicy cookie(
      RouteAction.HashPolicy.Cookie proto, boolean terminal, Problems problems) {
    if (!proto.getName().matches("[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}")) {
      problems.field("name").add("is not a token: " + Texts.quoted(proto.getName()));
    }
    if (!proto.getPath().matches("[\\x20-\\x3a\\x3c-\\x7e]{0,1024}")) {
      problems.field("path").add("is not a cookie's path: " + Texts.quoted(proto.getPath()));
    }
    Duration ttl = Durations.zeroOrMore(true, proto.getTtl(), Duration.ZERO, problems.field("ttl"));
    return new HashPolicy.Cookie(
        proto.getName(),
        proto.hasTtl() ? ttl : null,
        proto.getPath(),
        attributes(proto.getAttributesList(), problems.field("attributes")),
        terminal);
  }

  private static String attributes(
      List<RouteAction.HashPolicy.CookieAttribute> protos, Problems problems) {
    if (protos.size() > MOST) {
      problems.add("has " + protos.size() + " entries, at most " + MOST);
    }
    StringBuilder written = new StringBuilder();
    for (int i = 0; i < protos.size(); i++) {
      String name = protos.get(i).getName();
      String value = protos.get(i).getValue();
      if (!name.matches("[\\x21-\\x3a\\x3c\\x3e-\\x7e]{1,256}")) {
        problems.item(i).field("name").add("is no attribute's name: " + Texts.quoted(name));
      }
      if (!value.matches("[\\x20-\\x3a\\x3c-\\x7e]{0,1024}")) {
        problems.item(i).field("value").add("is no attribute's value: " + Texts.quoted(value));
      }
      written.append("; ").append(name).append(value.isEmpty() ? "" : "=" + value);
    }
    return written.toString();
  }
}

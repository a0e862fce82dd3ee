package dev.weft.policy.authz;

import dev.weft.policy.match.HeaderMatcher;
import dev.weft.policy.match.MetadataMatcher;
import dev.weft.policy.match.StringMatcher;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Holds rules against the facts of one connection or request. A regular expression is held against
 * the same value once, however many rules have it. Not thread-safe.
 */
final class Evaluation {
  private final Connection connection;
  private final Headers headers;
  private final Metadata metadata;
  private @Nullable String path;
  private boolean pathRead;
  private @Nullable Map<Tried, Boolean> tried;

  Evaluation(Connection connection, Headers headers, Metadata metadata) {
    this.connection = connection;
    this.headers = headers;
    this.metadata = metadata;
  }

  private record Tried(String pattern, String value) {}

  Connection connection() {
    return connection;
  }

  Headers headers() {
    return headers;
  }

  Metadata metadata() {
    return metadata;
  }

  boolean matches(Rule rule) {
    return anyPermission(rule.permissions()) && anyPrincipal(rule.principals());
  }

  // Loops rather than streams: this runs on the way of every connection and request.
  boolean anyPrincipal(List<Principal> principals) {
    for (int i = 0; i < principals.size(); i++) {
      if (matches(principals.get(i))) {
        return true;
      }
    }
    return false;
  }

  boolean anyPermission(List<Permission> permissions) {
    for (int i = 0; i < permissions.size(); i++) {
      if (matches(permissions.get(i))) {
        return true;
      }
    }
    return false;
  }

  boolean matches(Permission permission) {
    return switch (permission) {
      case Permission.Any any -> true;
      case Permission.DestinationIp(var range) -> range.contains(connection.destination());
      case Permission.DestinationPort(int port) -> port == connection.destinationPort();
      case Permission.DestinationPortRange(int start, int end) ->
          start <= connection.destinationPort() && connection.destinationPort() < end;
      case Permission.ServerName(var matcher) -> accepts(matcher, connection.serverName());
      case Permission.Header(var matcher) -> header(matcher);
      case Permission.UrlPath(var matcher) -> urlPath(matcher);
      case Permission.UriTemplate(var template) -> {
        String asked = path();
        yield asked != null && template.matches(asked);
      }
      case Permission.Said(var matcher) -> said(matcher);
      case Permission.And(var all) -> {
        for (int i = 0; i < all.size(); i++) {
          if (!matches(all.get(i))) {
            yield false;
          }
        }
        yield true;
      }
      case Permission.Or(var any) -> anyPermission(any);
      case Permission.Not(var inner) -> !matches(inner);
    };
  }

  boolean matches(Principal principal) {
    return switch (principal) {
      case Principal.Any any -> true;
      case Principal.Authenticated(var name) -> authenticated(name);
      case Principal.Address(var end, var range) ->
          range.contains(
              switch (end) {
                case SOURCE -> connection.source();
                case DIRECT -> connection.direct();
                case REMOTE -> connection.remote();
              });
      case Principal.Header(var matcher) -> header(matcher);
      case Principal.UrlPath(var matcher) -> urlPath(matcher);
      case Principal.Said(var matcher) -> said(matcher);
      case Principal.And(var all) -> {
        for (int i = 0; i < all.size(); i++) {
          if (!matches(all.get(i))) {
            yield false;
          }
        }
        yield true;
      }
      case Principal.Or(var any) -> anyPrincipal(any);
      case Principal.Not(var inner) -> !matches(inner);
    };
  }

  /** Any of the URI names, any of the DNS names, or the subject, as Envoy has it. */
  private boolean authenticated(@Nullable StringMatcher name) {
    Connection.Peer peer = connection.peer();
    if (peer == null || name == null) {
      return peer != null;
    }
    return accepts(name, peer.uris())
        || accepts(name, peer.dnsNames())
        || accepts(name, peer.subject());
  }

  private boolean accepts(StringMatcher matcher, List<String> values) {
    for (int i = 0; i < values.size(); i++) {
      if (accepts(matcher, values.get(i))) {
        return true;
      }
    }
    return false;
  }

  private boolean header(HeaderMatcher matcher) {
    String value = headers.get(matcher.name());
    if (matcher.value() instanceof StringMatcher.Regex regex
        && !regex.isCheap()
        && (value != null || matcher.missingAsEmpty())) {
      return accepts(regex, value == null ? "" : value) != matcher.invert();
    }
    return matcher.matches(value);
  }

  private boolean urlPath(StringMatcher matcher) {
    String asked = path();
    return asked != null && accepts(matcher, asked);
  }

  private boolean said(MetadataMatcher matcher) {
    return matcher.matches(metadata.get(matcher.filter()));
  }

  private boolean accepts(StringMatcher matcher, String value) {
    if (!(matcher instanceof StringMatcher.Regex regex) || regex.isCheap()) {
      return matcher.matches(value);
    }
    Map<Tried, Boolean> known = tried;
    if (known == null) {
      known = new HashMap<>();
      tried = known;
    }
    Tried attempt = new Tried(regex.pattern().pattern(), value);
    Boolean before = known.get(attempt);
    if (before == null) {
      before = regex.matches(value);
      known.put(attempt, before);
    }
    return before;
  }

  /** Without query and fragment; {@code null}: there is no request. */
  @Nullable String path() {
    if (!pathRead) {
      pathRead = true;
      path = cut(headers.get(":path"));
    }
    return path;
  }

  private static @Nullable String cut(@Nullable String target) {
    if (target == null) {
      return null;
    }
    for (int i = 0; i < target.length(); i++) {
      char c = target.charAt(i);
      if (c == '?' || c == '#') {
        return target.substring(0, i);
      }
    }
    return target;
  }
}

package dev.weft.policy.authz;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Holds rules against the facts of one connection or request. */
record Evaluation(Connection connection, Headers headers) {

  boolean matches(Rule rule) {
    return anyPrincipal(rule.principals()) && anyPermission(rule.permissions());
  }

  // Loops rather than streams: this runs on the way of every connection and request.
  boolean anyPrincipal(List<Principal> principals) {
    for (Principal principal : principals) {
      if (matches(principal)) {
        return true;
      }
    }
    return false;
  }

  boolean anyPermission(List<Permission> permissions) {
    for (Permission permission : permissions) {
      if (matches(permission)) {
        return true;
      }
    }
    return false;
  }

  boolean matches(Permission permission) {
    return switch (permission) {
      case Permission.Any any -> true;
      case Permission.DestinationPort(int port) -> port == connection.destinationPort();
      case Permission.ServerName(var matcher) -> matcher.matches(connection.serverName());
      case Permission.Header(var matcher) -> matcher.matches(headers.get(matcher.name()));
      case Permission.UrlPath(var matcher) -> {
        String path = path();
        yield path != null && matcher.matches(path);
      }
      case Permission.And(var all) -> {
        for (Permission part : all) {
          if (!matches(part)) {
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
      case Principal.Authenticated(var name) -> {
        String peer = connection.peer();
        yield peer != null && (name == null || name.matches(peer));
      }
      case Principal.Header(var matcher) -> matcher.matches(headers.get(matcher.name()));
      case Principal.And(var all) -> {
        for (Principal part : all) {
          if (!matches(part)) {
            yield false;
          }
        }
        yield true;
      }
      case Principal.Or(var any) -> anyPrincipal(any);
      case Principal.Not(var inner) -> !matches(inner);
    };
  }

  private @Nullable String path() {
    String target = headers.get(":path");
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

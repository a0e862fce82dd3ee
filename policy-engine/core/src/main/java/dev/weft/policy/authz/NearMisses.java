package dev.weft.policy.authz;

import dev.weft.policy.match.HeaderMatcher;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds the rules that came nearest to matching. Only called for a default deny and when asked; its
 * cost is one more pass over at most {@link #LOOKED_AT} rules.
 */
final class NearMisses {

  /** How many are told. */
  static final int MAX = 3;

  /** A caller decides how often he is denied: what that costs is bounded. */
  static final int LOOKED_AT = 256;

  private NearMisses() {}

  static List<NearMiss> of(List<Rule> rules, Evaluation evaluation) {
    List<NearMiss> halfway = new ArrayList<>();
    List<NearMiss> far = new ArrayList<>();
    for (Rule rule : rules.subList(0, Math.min(rules.size(), LOOKED_AT))) {
      boolean principal = evaluation.anyPrincipal(rule.principals());
      boolean permission = evaluation.anyPermission(rule.permissions());
      List<NearMiss> into = principal || permission ? halfway : far;
      if (into.size() < MAX) {
        into.add(
            new NearMiss(
                rule.name(),
                principal ? permissions(rule, evaluation) : principals(rule, evaluation)));
      }
      if (halfway.size() == MAX) {
        return halfway;
      }
    }
    halfway.addAll(far.subList(0, Math.min(far.size(), MAX - halfway.size())));
    return halfway;
  }

  private static String permissions(Rule rule, Evaluation evaluation) {
    List<Permission> all = rule.permissions();
    return failed(all.getFirst(), evaluation) + others(all.size());
  }

  private static String principals(Rule rule, Evaluation evaluation) {
    List<Principal> all = rule.principals();
    return failed(all.getFirst(), evaluation) + others(all.size());
  }

  private static String failed(Permission permission, Evaluation evaluation) {
    return switch (permission) {
      case Permission.Any any -> "anything";
      case Permission.DestinationIp(var range) -> "destination " + range;
      case Permission.DestinationPort(int port) -> "port " + port;
      case Permission.DestinationPortRange(int start, int end) ->
          "port " + start + " to " + (end - 1);
      case Permission.ServerName(var matcher) -> "server name " + matcher.describe();
      case Permission.Header(var matcher) -> header(matcher);
      case Permission.UrlPath(var matcher) -> "path " + matcher.describe();
      case Permission.UriTemplate(var template) -> "path like \"" + template.text() + "\"";
      case Permission.Said(var matcher) -> matcher.describe();
      case Permission.And(var all) ->
          all.stream()
              .filter(part -> !evaluation.matches(part))
              .findFirst()
              .map(part -> failed(part, evaluation))
              .orElse("all of nothing");
      case Permission.Or(var any) ->
          any.isEmpty()
              ? "one of nothing"
              : failed(any.getFirst(), evaluation) + others(any.size());
      case Permission.Not(var inner) -> "not " + failed(inner, evaluation);
    };
  }

  private static String failed(Principal principal, Evaluation evaluation) {
    return switch (principal) {
      case Principal.Any any -> "anybody";
      case Principal.Authenticated(var name) ->
          name == null ? "a verified peer" : "peer " + name.describe();
      case Principal.Address(var end, var range) -> end.words() + " in " + range;
      case Principal.Header(var matcher) -> header(matcher);
      case Principal.UrlPath(var matcher) -> "path " + matcher.describe();
      case Principal.Said(var matcher) -> matcher.describe();
      case Principal.And(var all) ->
          all.stream()
              .filter(part -> !evaluation.matches(part))
              .findFirst()
              .map(part -> failed(part, evaluation))
              .orElse("all of nothing");
      case Principal.Or(var any) ->
          any.isEmpty()
              ? "one of nothing"
              : failed(any.getFirst(), evaluation) + others(any.size());
      case Principal.Not(var inner) -> "not " + failed(inner, evaluation);
    };
  }

  /** A rule may ask for a secret: of most headers only their name is told. */
  private static String header(HeaderMatcher matcher) {
    String name = matcher.name();
    boolean plain = name.startsWith(":") || name.equals("host") || matcher.value() == null;
    return plain ? matcher.describe() : "another header " + name;
  }

  private static String others(int size) {
    return size == 1 ? "" : " or one of " + (size - 1) + " more";
  }
}

package dev.weft.policy.authz;

import java.util.ArrayList;
import java.util.List;

/**
 * Finds the rules that came nearest to matching. Only called for a default deny; its cost is one
 * more pass over the rules.
 */
final class NearMisses {

  /** How many are told. */
  static final int MAX = 3;

  private NearMisses() {}

  static List<NearMiss> of(List<Rule> rules, Evaluation evaluation) {
    List<NearMiss> halfway = new ArrayList<>();
    List<NearMiss> far = new ArrayList<>();
    for (Rule rule : rules) {
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
      case Permission.DestinationPort(int port) -> "port " + port;
      case Permission.ServerName(var matcher) -> "server name " + matcher.describe();
      case Permission.Header(var matcher) -> matcher.describe();
      case Permission.UrlPath(var matcher) -> "path " + matcher.describe();
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
      case Principal.Header(var matcher) -> matcher.describe();
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

  private static String others(int size) {
    return size == 1 ? "" : " or one of " + (size - 1) + " more";
  }
}

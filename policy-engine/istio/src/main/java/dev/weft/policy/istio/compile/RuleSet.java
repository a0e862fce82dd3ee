package dev.weft.policy.istio.compile;

import dev.weft.policy.istio.Attribute.Side;
import dev.weft.policy.istio.AuthorizationPolicy;
import dev.weft.policy.istio.AuthorizationPolicy.Rule;
import dev.weft.policy.istio.AuthorizationPolicy.Term;
import io.envoyproxy.envoy.config.rbac.v3.Policy;
import io.envoyproxy.envoy.config.rbac.v3.RBAC;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Policies of one action on one filter chain as Envoy's rules. On a chain without requests, a rule
 * of an ALLOW policy that asks for something of a request allows nothing; one of any other policy
 * is held without what it asks of requests, and so matches more.
 */
final class RuleSet {
  private final RBAC.Action action;
  private final Destination destination;

  RuleSet(RBAC.Action action, Destination destination) {
    this.action = action;
    this.destination = destination;
  }

  /**
   * The rules of those policies that the condition takes.
   *
   * @param prefix of the rules' names
   * @return empty: it takes none
   */
  Optional<RBAC> of(
      List<AuthorizationPolicy> policies, Predicate<AuthorizationPolicy> which, String prefix) {
    List<AuthorizationPolicy> taken = policies.stream().filter(which).toList();
    if (taken.isEmpty()) {
      return Optional.empty();
    }
    RBAC.Builder rules = RBAC.newBuilder().setAction(action);
    for (AuthorizationPolicy policy : taken) {
      if (policy.rules().isEmpty()) {
        rules.putPolicies(prefix + name(policy, 0), never());
      }
      for (int i = 0; i < policy.rules().size(); i++) {
        String name = prefix + name(policy, i);
        rule(policy, policy.rules().get(i)).ifPresent(rule -> rules.putPolicies(name, rule));
      }
    }
    return Optional.of(rules.build());
  }

  /** Istio's names, which its users know from their logs. */
  private static String name(AuthorizationPolicy policy, int rule) {
    return "ns["
        + policy.name().namespace()
        + "]-policy["
        + policy.name().name()
        + "]-rule["
        + rule
        + "]";
  }

  private Optional<Policy> rule(AuthorizationPolicy policy, Rule rule) {
    if (!destination.http() && action == RBAC.Action.ALLOW && asksForRequests(rule)) {
      return Optional.empty();
    }
    Sources sources = new Sources(policy.name().namespace(), destination.trustDomain());
    Operations operations = new Operations(destination);
    Policy.Builder built = Policy.newBuilder();
    combined(rule.to(), rule.when(), Side.OPERATION)
        .forEach(terms -> built.addPermissions(operations.all(terms)));
    combined(rule.from(), rule.when(), Side.SOURCE)
        .forEach(terms -> built.addPrincipals(sources.all(terms)));
    return Optional.of(built.build());
  }

  /** Each alternative with the conditions of its side. */
  private List<List<Term>> combined(List<List<Term>> alternatives, List<Term> when, Side side) {
    List<List<Term>> all = new ArrayList<>();
    for (List<Term> alternative :
        alternatives.isEmpty() ? List.of(List.<Term>of()) : alternatives) {
      List<Term> terms = new ArrayList<>(alternative);
      when.stream().filter(term -> term.attribute().side() == side).forEach(terms::add);
      if (!destination.http()) {
        terms.removeIf(term -> term.attribute().httpOnly());
      }
      all.add(terms);
    }
    return all;
  }

  private static boolean asksForRequests(Rule rule) {
    return rule.from().stream().flatMap(List::stream).anyMatch(term -> term.attribute().httpOnly())
        || rule.to().stream().flatMap(List::stream).anyMatch(term -> term.attribute().httpOnly())
        || rule.when().stream().anyMatch(term -> term.attribute().httpOnly());
  }

  private static Policy never() {
    return Policy.newBuilder()
        .addPermissions(Operations.nothing())
        .addPrincipals(Sources.nobody())
        .build();
  }
}

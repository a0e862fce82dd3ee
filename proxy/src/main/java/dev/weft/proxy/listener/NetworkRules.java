package dev.weft.proxy.listener;

import dev.weft.policy.authz.Connection;
import dev.weft.policy.authz.Decision;
import dev.weft.policy.authz.RbacPolicy;
import dev.weft.proxy.config.NetworkRbac;
import dev.weft.proxy.config.RbacRules;
import dev.weft.proxy.failure.AccessDenied;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Holds connections against the rules of their chains, counts, and tells later filters. */
final class NetworkRules {
  private static final String NAMESPACE = "envoy.filters.network.rbac";

  private final String listener;
  private final Refusal.Sink sink;

  NetworkRules(String listener, Refusal.Sink sink) {
    this.listener = listener;
    this.sink = sink;
  }

  /**
   * A connection that may not be.
   *
   * @param rules the stat prefix of the rules that deny it
   * @param delay how long it is kept open, unread
   */
  record Denial(Decision decision, String rules, Duration delay) {
    /** The stat prefix of the agent's deny list, which is a reason of its own. */
    private static final String DENY_LIST = "denied";

    Refusal reason() {
      return rules.equals(DENY_LIST) ? Refusal.DENIED : Refusal.RBAC_DENIED;
    }

    /** In Envoy's words. */
    String details() {
      return AccessDenied.details(decision.rule());
    }
  }

  /**
   * Asks one filter's rules; {@code null}: they allow it.
   *
   * @param told what the shadow rules have decided is added to it
   */
  @Nullable Denial denial(NetworkRbac one, Connection facts, ConnectionMetadata told) {
    RbacRules rules = one.rules();
    if (rules.shadow() != null) {
      String prefix =
          rules.shadowStatPrefix().isEmpty() ? rules.statPrefix() : rules.shadowStatPrefix();
      Decision decision = rules.shadow().explain(facts);
      sink.decided(listener, prefix, decision, true);
      tell(rules.shadowStatPrefix(), decision, told);
    }
    RbacPolicy enforced = rules.enforced();
    if (enforced == null) {
      return null;
    }
    Decision decision = enforced.explain(facts);
    sink.decided(listener, rules.statPrefix(), decision, false);
    if (enforced.action() == RbacPolicy.Action.LOG) {
      told.add("envoy.common", Map.of("access_log_hint", !decision.rule().isEmpty()));
    }
    return decision.allowed() ? null : new Denial(decision, rules.statPrefix(), one.delayDeny());
  }

  private static void tell(String prefix, Decision decision, ConnectionMetadata told) {
    Map<String, String> said = new HashMap<>();
    said.put(prefix + "shadow_engine_result", decision.allowed() ? "allowed" : "denied");
    if (!decision.rule().isEmpty()) {
      said.put(prefix + "shadow_effective_policy_id", decision.rule());
    }
    told.add(NAMESPACE, said);
  }
}

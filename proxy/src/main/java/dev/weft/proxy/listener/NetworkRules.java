package dev.weft.proxy.listener;

import dev.weft.policy.authz.Connection;
import dev.weft.policy.authz.Decision;
import dev.weft.policy.authz.RbacPolicy;
import dev.weft.proxy.config.NetworkRbac;
import dev.weft.proxy.config.RbacRules;
import dev.weft.proxy.failure.AccessDenied;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Holds connections against the rules of their chains, and counts. */
final class NetworkRules {
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

  /** {@code null}: all rules allow it. */
  @Nullable Denial denial(List<NetworkRbac> all, Connection facts) {
    for (NetworkRbac one : all) {
      RbacRules rules = one.rules();
      if (rules.shadow() != null) {
        String prefix =
            rules.shadowStatPrefix().isEmpty() ? rules.statPrefix() : rules.shadowStatPrefix();
        sink.decided(listener, prefix, rules.shadow().explain(facts), true);
      }
      RbacPolicy enforced = rules.enforced();
      if (enforced != null) {
        Decision decision = enforced.explain(facts);
        sink.decided(listener, rules.statPrefix(), decision, false);
        if (!decision.allowed()) {
          return new Denial(decision, rules.statPrefix(), one.delayDeny());
        }
      }
    }
    return null;
  }
}

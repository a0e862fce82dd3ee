package dev.weft.proxy.http.filter;

import dev.weft.policy.authz.Connection;
import dev.weft.policy.authz.Decision;
import dev.weft.policy.authz.Headers;
import dev.weft.policy.authz.RbacPolicy;
import dev.weft.proxy.LoopConfined;
import dev.weft.proxy.config.RbacRules;
import dev.weft.proxy.failure.AccessDenied;
import dev.weft.proxy.failure.Failure;
import dev.weft.proxy.http.HeaderList;
import dev.weft.proxy.http.PolicyFacts;
import dev.weft.proxy.http.RequestHead;
import dev.weft.proxy.telemetry.ProxyMetrics;
import dev.weft.proxy.telemetry.RequestRecord;
import java.util.HashMap;
import java.util.Map;

/**
 * Holds requests against rules, as {@code envoy.filters.http.rbac} does: shadow rules are counted
 * and told, the others allow or answer 403.
 */
@LoopConfined
public final class RbacFilter implements HttpFilter {
  private static final String NAMESPACE = "envoy.filters.http.rbac";
  private static final Names ENFORCED =
      new Names("enforced_engine_result", "enforced_effective_policy_id");
  private static final Names SHADOW =
      new Names("shadow_engine_result", "shadow_effective_policy_id");

  private final RbacRules rules;
  private final Callbacks callbacks;
  private final RequestRecord record;
  private final ProxyMetrics metrics;

  public RbacFilter(
      RbacRules rules, Callbacks callbacks, RequestRecord record, ProxyMetrics metrics) {
    this.rules = rules;
    this.callbacks = callbacks;
    this.record = record;
    this.metrics = metrics;
  }

  /** By which other filters find what was decided, and by which rule. */
  private record Names(String result, String rule) {
    Names behind(String prefix) {
      return prefix.isEmpty() ? this : new Names(prefix + result, prefix + rule);
    }
  }

  @Override
  public Verdict onRequest(RequestHead head, boolean end) {
    RbacPolicy shadow = rules.shadow();
    RbacPolicy enforced = rules.enforced();
    if (shadow == null && enforced == null) {
      return Verdict.Pass.PASS;
    }
    Connection facts = PolicyFacts.of(callbacks.connection(), record);
    if (shadow != null) {
      Decision decision = decide(shadow, facts, head::field);
      record.shadowAuthorized(decision);
      tell(SHADOW.behind(rules.shadowStatPrefix()), decision);
      count(rules.shadowStatPrefix(), decision, true);
    }
    if (enforced == null) {
      return Verdict.Pass.PASS;
    }
    Decision decision = decide(enforced, facts, head::field);
    audit(enforced, decision);
    tell(ENFORCED.behind(rules.statPrefix()), decision);
    count(rules.statPrefix(), decision, false);
    if (decision.allowed()) {
      return Verdict.Pass.PASS;
    }
    record.details(AccessDenied.details(decision.rule()));
    return new Verdict.Reply(
        Failure.RBAC_DENIED.status(),
        -1,
        "RBAC: access denied",
        new HeaderList(4),
        Failure.RBAC_DENIED);
  }

  /**
   * Whether these rules, which came since the request was let in, allow it. Where they do not, that
   * is recorded and counted.
   */
  public boolean stillAllows(RequestHead head) {
    RbacPolicy enforced = rules.enforced();
    if (enforced == null || enforced.action() == RbacPolicy.Action.LOG) {
      return true;
    }
    Connection facts = PolicyFacts.of(callbacks.connection(), record);
    Decision decision = decide(enforced, facts, head::field);
    if (!decision.allowed()) {
      record.authorized(decision);
      record.details(AccessDenied.details(decision.rule()));
      count(rules.statPrefix(), decision, false);
    }
    return decision.allowed();
  }

  private Decision decide(RbacPolicy policy, Connection facts, Headers headers) {
    Decision decision = policy.decide(facts, headers, callbacks.metadata());
    return decision.allowed() ? decision : policy.explain(facts, headers, callbacks.metadata());
  }

  private void audit(RbacPolicy policy, Decision decision) {
    if (policy.action() != RbacPolicy.Action.LOG) {
      record.authorized(decision);
      return;
    }
    if (!decision.rule().isEmpty()) {
      record.audited(decision.rule());
    }
    callbacks.metadata().set("envoy.common", Map.of("access_log_hint", !decision.rule().isEmpty()));
  }

  /** For filters after this one; each says its own beside what others of this kind said. */
  private void tell(Names names, Decision decision) {
    String result = decision.allowed() ? "allowed" : "denied";
    Map<String, ?> own =
        decision.rule().isEmpty()
            ? Map.of(names.result, result)
            : Map.of(names.result, result, names.rule, decision.rule());
    Map<String, ?> before = callbacks.metadata().get(NAMESPACE);
    if (before == null) {
      callbacks.metadata().set(NAMESPACE, own);
    } else {
      Map<String, Object> both = new HashMap<>(before);
      both.putAll(own);
      callbacks.metadata().set(NAMESPACE, both);
    }
  }

  private void count(String prefix, Decision decision, boolean shadow) {
    metrics
        .rbac()
        .count(callbacks.connection().listener(), prefix, decision, shadow, rules.eachRule());
  }
}

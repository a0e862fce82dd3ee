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
      tell(rules.shadowStatPrefix() + "shadow_", decision);
      count(rules.shadowStatPrefix(), decision, true);
    }
    if (enforced == null) {
      return Verdict.Pass.PASS;
    }
    Decision decision = decide(enforced, facts, head::field);
    audit(enforced, decision);
    tell(rules.statPrefix() + "enforced_", decision);
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
  private void tell(String prefix, Decision decision) {
    Map<String, Object> said = HashMap.newHashMap(4);
    Map<String, ?> before = callbacks.metadata().get(NAMESPACE);
    if (before != null) {
      said.putAll(before);
    }
    said.put(prefix + "engine_result", decision.allowed() ? "allowed" : "denied");
    if (!decision.rule().isEmpty()) {
      said.put(prefix + "effective_policy_id", decision.rule());
    }
    callbacks.metadata().set(NAMESPACE, said);
  }

  private void count(String prefix, Decision decision, boolean shadow) {
    metrics
        .rbac()
        .count(callbacks.connection().listener(), prefix, decision, shadow, rules.eachRule());
  }
}

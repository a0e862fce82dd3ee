package dev.weft.proxy.http.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.policy.authz.Permission;
import dev.weft.policy.authz.Principal;
import dev.weft.policy.authz.RbacPolicy;
import dev.weft.policy.authz.RbacPolicy.Action;
import dev.weft.policy.authz.Rule;
import dev.weft.policy.match.HeaderMatcher;
import dev.weft.policy.match.StringMatcher;
import dev.weft.proxy.config.FilterSettings;
import dev.weft.proxy.config.HttpConnectionManager;
import dev.weft.proxy.config.NamedFilter;
import dev.weft.proxy.config.RbacRules;
import dev.weft.proxy.failure.Failure;
import dev.weft.proxy.telemetry.RequestRecord;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is counted and recorded; what is answered is compared with Envoy's. */
class RbacFilterTest {
  private final RouterHarness harness = new RouterHarness();

  private static RbacPolicy policy(Action action, String rule, String method) {
    return new RbacPolicy(
        action,
        List.of(
            new Rule(
                rule,
                List.of(
                    new Permission.Header(
                        HeaderMatcher.of(":method", StringMatcher.exact(method)))),
                List.of(new Principal.Any()))));
  }

  private RequestRecord get(RbacRules... filters) {
    HttpConnectionManager base = harness.http;
    List<NamedFilter> named = new ArrayList<>();
    for (RbacRules rules : filters) {
      named.add(new NamedFilter("rbac-" + named.size(), new FilterSettings.Rbac(rules), false));
    }
    harness.http = Configs.filtered(base, named.toArray(NamedFilter[]::new));
    harness.get("/");
    return harness.records.getLast();
  }

  private double counted(String name, String rules, String result, String... rule) {
    var search =
        harness.registry.find("weft.rbac." + name).tag("rules", rules).tag("result", result);
    for (String one : rule) {
      search = search.tag("rule", one);
    }
    return search.counters().stream().mapToDouble(counter -> counter.count()).sum();
  }

  @Test
  void aDefaultDenySaysWhichRuleWasNear() {
    RequestRecord record =
        get(new RbacRules(policy(Action.ALLOW, "only put", "PUT"), null, "mesh", "", false));
    assertThat(record.status()).isEqualTo(403);
    assertThat(record.failure()).isEqualTo(Failure.RBAC_DENIED);
    assertThat(record.details()).isEqualTo("rbac_access_denied_matched_policy[none]");
    assertThat(record.authorization().reason())
        .isEqualTo("denied: no rule allows it; only put wants header :method \"PUT\"");
    assertThat(counted("decisions", "mesh", "denied")).isEqualTo(1);
    assertThat(counted("rule.decisions", "mesh", "denied")).isZero();
  }

  @Test
  void aRuleThatDeniesIsNamedAndCountedWhereAskedFor() {
    RequestRecord record =
        get(
            new RbacRules(policy(Action.ALLOW, "reads", "GET"), null, "", "", false),
            new RbacRules(policy(Action.DENY, "no reads", "GET"), null, "", "", true));
    assertThat(record.details()).isEqualTo("rbac_access_denied_matched_policy[no_reads]");
    assertThat(record.authorization().reason()).isEqualTo("denied by rule no reads");
    assertThat(counted("decisions", "-", "allowed")).isEqualTo(1);
    assertThat(counted("rule.decisions", "-", "denied", "no reads")).isEqualTo(1);
  }

  @Test
  void shadowRulesAndAuditsTellAndDenyNothing() {
    RequestRecord record =
        get(
            new RbacRules(
                policy(Action.LOG, "reads", "GET"),
                policy(Action.DENY, "no reads", "GET"),
                "",
                "try",
                false));
    assertThat(record.failure()).isNotEqualTo(Failure.RBAC_DENIED);
    assertThat(record.authorization()).isNull();
    assertThat(record.audit()).isEqualTo("reads");
    assertThat(record.shadowAuthorization().reason()).isEqualTo("denied by rule no reads");
    assertThat(counted("decisions", "try", "shadow_denied")).isEqualTo(1);
  }
}

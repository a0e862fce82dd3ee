package dev.weft.policy.istio.compile;

import com.google.protobuf.Any;
import dev.weft.policy.istio.AuthorizationPolicy;
import dev.weft.policy.istio.AuthorizationPolicy.Action;
import dev.weft.policy.istio.Provider;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.rbac.v3.RBAC;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The filters of policies on one chain, in the order that they count, which is Istio's: CUSTOM,
 * tokens, AUDIT, DENY, ALLOW. Without policies there are none.
 */
public final class AuthorizationFilters {
  static final String NETWORK_PREFIX = "tcp.";

  /** What a CUSTOM policy's rules are called when nobody can be asked. */
  private static final String NOBODY_TO_ASK = "-deny-due-to-bad-CUSTOM-action";

  private AuthorizationFilters() {}

  /**
   * @param name of its filter; each has its own, since a proxy knows filters by their names
   * @param rules what is enforced; empty: nothing
   * @param shadow what is only told; empty: nothing
   * @param asks who is asked about what the shadow rules matched; empty: nobody
   */
  private record Stage(
      String name,
      Optional<RBAC> rules,
      Optional<RBAC> shadow,
      String shadowPrefix,
      Optional<Provider> asks) {}

  /** Filters for requests. */
  public static List<HttpFilter> http(ChainPolicies policies, Destination destination) {
    List<HttpFilter> filters = new ArrayList<>();
    TokenFilter.look(policies).ifPresent(filters::add);
    addHttp(custom(policies, destination), filters);
    // Providers put tokens into requests, and take them away: what rules see is what came of that.
    TokenFilter.of(policies).ifPresent(filters::add);
    addHttp(local(policies, destination), filters);
    return filters;
  }

  private static void addHttp(List<Stage> stages, List<HttpFilter> filters) {
    for (Stage stage : stages) {
      var rbac = io.envoyproxy.envoy.extensions.filters.http.rbac.v3.RBAC.newBuilder();
      stage.rules().ifPresent(rbac::setRules);
      stage
          .shadow()
          .ifPresent(
              rules -> rbac.setShadowRules(rules).setShadowRulesStatPrefix(stage.shadowPrefix()));
      filters.add(
          HttpFilter.newBuilder()
              .setName(stage.name())
              .setTypedConfig(Any.pack(rbac.build()))
              .build());
      stage.asks().map(ProviderFilters::filter).ifPresent(filters::add);
    }
  }

  /**
   * What the route to the application says of these filters, by their names: whom providers that
   * are asked by gRPC are asked for.
   */
  public static Map<String, Any> route(ChainPolicies policies, Destination destination) {
    Map<String, Any> route = new TreeMap<>();
    policies
        .providers()
        .values()
        .forEach(provider -> {
          if (provider.protocol() instanceof Provider.Protocol.Grpc) {
            route.put(
                ProviderFilters.name(provider.name()),
                ProviderFilters.route(policies.told(), destination.port()));
          }
        });
    return route;
  }

  /** Filters for connections that carry no requests. */
  public static List<Filter> network(ChainPolicies policies, Destination destination) {
    List<Filter> filters = new ArrayList<>();
    for (Stage stage : stages(policies, destination)) {
      var rbac =
          io.envoyproxy
              .envoy
              .extensions
              .filters
              .network
              .rbac
              .v3
              .RBAC
              .newBuilder()
              .setStatPrefix(NETWORK_PREFIX);
      stage.rules().ifPresent(rbac::setRules);
      stage
          .shadow()
          .ifPresent(
              rules -> rbac.setShadowRules(rules).setShadowRulesStatPrefix(stage.shadowPrefix()));
      filters.add(
          Filter.newBuilder().setName(stage.name()).setTypedConfig(Any.pack(rbac.build())).build());
      stage
          .asks()
          .map(provider -> ProviderConnections.filter(provider, policies.told(), destination))
          .ifPresent(filters::add);
    }
    return filters;
  }

  private static List<Stage> stages(ChainPolicies chain, Destination destination) {
    List<Stage> stages = new ArrayList<>(custom(chain, destination));
    stages.addAll(local(chain, destination));
    return stages;
  }

  /** What nobody else is asked about. */
  private static List<Stage> local(ChainPolicies chain, Destination destination) {
    List<AuthorizationPolicy> policies = chain.authorization();
    List<Stage> stages = new ArrayList<>();
    stage("authorization.audit", of(policies, Action.AUDIT), RBAC.Action.LOG, "", destination)
        .ifPresent(stages::add);
    stage(
            "authorization.deny",
            of(policies, Action.DENY),
            RBAC.Action.DENY,
            "istio_dry_run_deny_",
            destination)
        .ifPresent(stages::add);
    stage(
            "authorization.allow",
            of(policies, Action.ALLOW),
            RBAC.Action.ALLOW,
            "istio_dry_run_allow_",
            destination)
        .ifPresent(stages::add);
    return stages;
  }

  private static List<AuthorizationPolicy> of(List<AuthorizationPolicy> policies, Action action) {
    return policies.stream().filter(policy -> policy.action() == action).toList();
  }

  private static Optional<Stage> stage(
      String name,
      List<AuthorizationPolicy> policies,
      RBAC.Action action,
      String shadowPrefix,
      Destination destination) {
    RuleSet rules = new RuleSet(action, destination);
    Optional<RBAC> enforced = rules.of(policies, policy -> !policy.dryRun(), "");
    Optional<RBAC> shadow = rules.of(policies, AuthorizationPolicy::dryRun, "");
    return enforced.isEmpty() && shadow.isEmpty()
        ? Optional.empty()
        : Optional.of(new Stage(name, enforced, shadow, shadowPrefix, Optional.empty()));
  }

  /**
   * A stage for each provider, in the order of their names. One that takes requests only is not
   * asked about connections, and these go on: so Istio has it.
   */
  private static List<Stage> custom(ChainPolicies chain, Destination destination) {
    Map<String, List<AuthorizationPolicy>> byProvider =
        chain.authorization().stream()
            .filter(AuthorizationPolicy::asks)
            .collect(
                Collectors.groupingBy(
                    AuthorizationPolicy::provider, TreeMap::new, Collectors.toList()));
    List<Stage> stages = new ArrayList<>();
    byProvider.forEach((name, policies) -> {
      Optional<Provider> asks = Optional.ofNullable(chain.providers().get(name));
      if (!destination.http()
          && asks.filter(provider -> !provider.takesConnections()).isPresent()) {
        return;
      }
      String stage = "authorization.custom." + name;
      Optional<RBAC> rules =
          new RuleSet(RBAC.Action.DENY, destination)
              .of(policies, _ -> true, ProviderFilters.rulePrefix(name));
      stages.add(
          asks.isPresent()
              ? new Stage(stage, Optional.empty(), rules, ProviderFilters.SHADOW_PREFIX, asks)
              : new Stage(
                  stage,
                  rules.map(AuthorizationFilters::denied),
                  Optional.empty(),
                  "",
                  Optional.empty()));
    });
    return stages;
  }

  /** Nobody can be asked, so what would be asked about is denied. */
  private static RBAC denied(RBAC rules) {
    RBAC.Builder renamed = RBAC.newBuilder().setAction(RBAC.Action.DENY);
    Map<String, io.envoyproxy.envoy.config.rbac.v3.Policy> sorted =
        new TreeMap<>(rules.getPoliciesMap());
    sorted.forEach((name, rule) -> renamed.putPolicies(name + NOBODY_TO_ASK, rule));
    return renamed.build();
  }
}

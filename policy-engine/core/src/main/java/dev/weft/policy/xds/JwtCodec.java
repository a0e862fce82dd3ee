package dev.weft.policy.xds;

import dev.weft.policy.jwt.JwtPolicy;
import dev.weft.policy.jwt.JwtProvider;
import dev.weft.policy.jwt.JwtRequirement;
import dev.weft.policy.jwt.JwtRule;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.RequirementRule;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * {@code envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication}, without rules by filter
 * state, of which Weft has none. How requests are matched is the caller's.
 */
public final class JwtCodec {
  /** Most providers: each may hold a set of keys. */
  static final int MOST_PROVIDERS = 64;

  /** Most rules, and most requirements by name. */
  static final int MOST_RULES = 1024;

  private static final Set<String> UNDERSTOOD =
      Set.of(
          "providers",
          "rules",
          "requirement_map",
          "bypass_cors_preflight",
          "strip_failure_response");

  private JwtCodec() {}

  /**
   * Reads one; {@code null} when problems were added.
   *
   * @param matches reads a rule's match; {@code null} when it added problems
   */
  public static <M> @Nullable JwtPolicy<M> decode(
      JwtAuthentication proto,
      BiFunction<RouteMatch, Problems, @Nullable M> matches,
      Problems problems) {
    int before = problems.count();
    problems.refuseAllBut(proto, UNDERSTOOD);
    int within = problems.count();
    atMost(MOST_PROVIDERS, proto.getProvidersCount(), problems.field("providers"));
    atMost(MOST_RULES, proto.getRulesCount(), problems.field("rules"));
    atMost(MOST_RULES, proto.getRequirementMapCount(), problems.field("requirement_map"));
    if (problems.count() != within) {
      return null;
    }
    Map<String, JwtProvider> providers = new TreeMap<>();
    new TreeMap<>(proto.getProvidersMap())
        .forEach((name, provider) -> {
          JwtProvider read =
              JwtProviderCodec.decode(provider, problems.field("providers").entry(name));
          if (read != null) {
            providers.put(name, read);
          }
        });
    Map<String, JwtRequirement> requirements = new TreeMap<>();
    var known = new JwtRequirementCodec(proto.getProvidersMap().keySet());
    new TreeMap<>(proto.getRequirementMapMap())
        .forEach((name, requirement) ->
            requirements.put(
                name, known.decode(requirement, problems.field("requirement_map").entry(name))));
    List<JwtRule<M>> rules = new ArrayList<>();
    for (int i = 0; i < proto.getRulesCount(); i++) {
      JwtRule<M> rule =
          rule(proto.getRules(i), matches, known, requirements, problems.field("rules").item(i));
      if (rule != null) {
        rules.add(rule);
      }
    }
    return problems.count() != before
        ? null
        : new JwtPolicy<>(
            providers,
            rules,
            requirements,
            proto.getBypassCorsPreflight(),
            proto.getStripFailureResponse());
  }

  private static <M> @Nullable JwtRule<M> rule(
      RequirementRule proto,
      BiFunction<RouteMatch, Problems, @Nullable M> matches,
      JwtRequirementCodec known,
      Map<String, JwtRequirement> byName,
      Problems problems) {
    problems.refuseAllBut(proto, Set.of("match", "requires", "requirement_name"));
    if (!proto.hasMatch()) {
      problems.field("match").add("is required");
      return null;
    }
    M match = matches.apply(proto.getMatch(), problems.field("match"));
    String name = proto.getRequirementName();
    JwtRequirement requires =
        switch (proto.getRequirementTypeCase()) {
          case REQUIRES -> known.decode(proto.getRequires(), problems.field("requires"));
          case REQUIREMENT_NAME -> byName.get(name);
          case REQUIREMENTTYPE_NOT_SET -> new JwtRequirement.Nothing();
        };
    if (requires == null) {
      problems.field("requirement_name").add("is not in requirement_map");
    }
    return match == null || requires == null ? null : new JwtRule<>(match, requires, name);
  }

  private static void atMost(int most, int count, Problems problems) {
    if (count > most) {
      problems.add("has " + count + " entries, at most " + most);
    }
  }

  /**
   * Writes one.
   *
   * @param matches writes a rule's match
   */
  public static <M> JwtAuthentication encode(JwtPolicy<M> policy, Function<M, RouteMatch> matches) {
    JwtAuthentication.Builder proto =
        JwtAuthentication.newBuilder()
            .setBypassCorsPreflight(policy.bypassPreflight())
            .setStripFailureResponse(policy.quiet());
    policy
        .providers()
        .forEach((name, provider) -> proto.putProviders(name, JwtProviderCodec.encode(provider)));
    policy
        .requirements()
        .forEach((name, requirement) ->
            proto.putRequirementMap(name, JwtRequirementCodec.encode(requirement)));
    for (JwtRule<M> rule : policy.rules()) {
      RequirementRule.Builder one = proto.addRulesBuilder();
      one.setMatch(matches.apply(rule.match()));
      if (!rule.named().isEmpty()) {
        one.setRequirementName(rule.named());
      } else if (!(rule.requires() instanceof JwtRequirement.Nothing)) {
        one.setRequires(JwtRequirementCodec.encode(rule.requires()));
      }
    }
    return proto.build();
  }
}

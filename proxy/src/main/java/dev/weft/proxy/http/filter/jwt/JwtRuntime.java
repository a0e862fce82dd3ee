package dev.weft.proxy.http.filter.jwt;

import dev.weft.policy.jwt.Audiences;
import dev.weft.policy.jwt.JwtProvider;
import dev.weft.policy.jwt.JwtRequirement;
import dev.weft.policy.jwt.JwtRule;
import dev.weft.proxy.LoopConfined;
import dev.weft.proxy.config.FilterSettings;
import dev.weft.proxy.config.Route;
import dev.weft.proxy.http.RequestHead;
import dev.weft.proxy.http.route.RouteMatch;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The settings of one filter made ready in one worker. */
@LoopConfined
final class JwtRuntime {
  private final FilterSettings.Jwt settings;
  private final Map<String, ProviderState> providers;
  private final Map<String, ProviderState> byIssuer = new HashMap<>();
  private final List<Rule> rules = new ArrayList<>();
  private final Map<String, Check> named = new HashMap<>();

  private record Rule(Route.Match match, Check check) {}

  /**
   * @param providers by name
   */
  JwtRuntime(FilterSettings.Jwt settings, Map<String, ProviderState> providers) {
    this.settings = settings;
    this.providers = Map.copyOf(providers);
    settings
        .policy()
        .providers()
        .forEach((name, provider) -> byIssuer.putIfAbsent(provider.rules().issuer(), state(name)));
    settings
        .policy()
        .requirements()
        .forEach((name, requirement) -> named.put(name, compile(requirement)));
    for (JwtRule<Route.Match> rule : settings.policy().rules()) {
      rules.add(new Rule(rule.match(), compile(rule.requires())));
    }
  }

  private ProviderState state(String name) {
    ProviderState state = providers.get(name);
    if (state == null) {
      throw new IllegalStateException("a provider that parsing has not found: " + name);
    }
    return state;
  }

  private Check compile(JwtRequirement requirement) {
    return switch (requirement) {
      case JwtRequirement.Nothing nothing -> new Check.Nothing();
      case JwtRequirement.Provider(String name, List<String> audiences) ->
          new Check.One(
              state(name),
              new TokenFinder(List.of(state(name).settings())),
              audiences.isEmpty() ? null : new Audiences(audiences));
      case JwtRequirement.AnyOf(var all) -> anyOf(all);
      case JwtRequirement.AllOf(var all) ->
          new Check.AllOf(all.stream().map(this::compile).toList());
      case JwtRequirement.AllowMissing missing -> whichever(false);
      case JwtRequirement.AllowMissingOrFailed any -> whichever(true);
    };
  }

  private Check anyOf(List<JwtRequirement> requirements) {
    boolean missing = false;
    boolean failed = false;
    List<Check> checks = new ArrayList<>();
    for (JwtRequirement one : requirements) {
      switch (one) {
        case JwtRequirement.AllowMissing may -> missing = true;
        case JwtRequirement.AllowMissingOrFailed may -> failed = true;
        default -> checks.add(compile(one));
      }
    }
    return checks.isEmpty() ? whichever(failed) : new Check.AnyOf(checks, missing, failed);
  }

  private Check whichever(boolean failed) {
    List<JwtProvider> all = List.copyOf(settings.policy().providers().values());
    return new Check.Whichever(new TokenFinder(all), failed);
  }

  FilterSettings.Jwt settings() {
    return settings;
  }

  /** What the first rule that matches asks for; {@code null}: nothing. */
  @Nullable Check check(RequestHead head) {
    for (int i = 0; i < rules.size(); i++) {
      if (RouteMatch.accepts(rules.get(i).match, head)) {
        return rules.get(i).check;
      }
    }
    return null;
  }

  /** A requirement by its name; {@code null}: there is none. */
  @Nullable Check named(String name) {
    return named.get(name);
  }

  /** The provider whose tokens name the issuer, or else one that takes any. */
  @Nullable ProviderState ofIssuer(String issuer) {
    ProviderState known = byIssuer.get(issuer);
    return known == null ? byIssuer.get("") : known;
  }

  /** The provider where there is just one; {@code null}: there are others. */
  @Nullable ProviderState only() {
    return providers.size() == 1 ? providers.values().iterator().next() : null;
  }
}

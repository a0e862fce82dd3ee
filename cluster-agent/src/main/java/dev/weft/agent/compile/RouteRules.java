package dev.weft.agent.compile;

import dev.weft.agent.compile.route.OutboundRoutes;
import dev.weft.agent.model.ServiceKey;
import dev.weft.agent.model.ServiceRoute;
import dev.weft.agent.model.ServiceRoute.Match;
import dev.weft.agent.model.ServiceRoute.Rule;
import dev.weft.agent.model.ServiceRoute.Then;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The rules that hold for callers of one namespace to one service, in one list: consumers' before
 * the owner's, and those of a delegate in the place of the rule that delegates. A delegate gets no
 * request that was not given to it: each of its matches is joined with that of the rule. A delegate
 * that is not there, or leads back to itself, answers 503. A pure function.
 */
final class RouteRules {
  /** More would be a mistake, or somebody's way to fill every proxy. */
  private static final int MOST = 512;

  private final Map<ServiceKey, ServiceRoute> routes;
  private final List<OutboundRoutes.Rule> rules = new ArrayList<>();
  private final Deque<ServiceKey> under = new ArrayDeque<>();

  private RouteRules(Map<ServiceKey, ServiceRoute> routes) {
    this.routes = routes;
  }

  static List<OutboundRoutes.Rule> of(
      Map<ServiceKey, ServiceRoute> routes, ServiceKey service, String callersNamespace) {
    if (routes.isEmpty()) {
      return List.of();
    }
    RouteRules all = new RouteRules(routes);
    routes.values().stream()
        .filter(route -> service.equals(route.service()))
        .filter(route -> !route.ofConsumers() || route.key().namespace().equals(callersNamespace))
        .sorted(
            Comparator.comparing((ServiceRoute route) -> !route.ofConsumers())
                .thenComparing(ServiceRoute::key))
        .forEach(route -> all.add(route, Match.ALL));
    return List.copyOf(all.rules);
  }

  private void add(ServiceRoute route, Match given) {
    under.push(route.key());
    for (int i = 0; i < route.rules().size(); i++) {
      Rule rule = route.rules().get(i);
      for (Match match : rule.matches()) {
        Match both = join(given, match);
        if (both != null && rules.size() < MOST) {
          add(route.key() + "/" + i, both, rule.then());
        }
      }
    }
    under.pop();
  }

  private void add(String name, Match match, Then then) {
    switch (then) {
      case Then.To to -> rules.add(new OutboundRoutes.Rule(name, match, to));
      case Then.Delegate(ServiceKey key) -> {
        ServiceRoute part = routes.get(key);
        if (part == null || under.contains(key)) {
          rules.add(new OutboundRoutes.Rule(name, match, null));
        } else {
          add(part, match);
        }
      }
    }
  }

  /** What both accept; {@code null}: nothing. */
  private static @Nullable Match join(Match one, Match two) {
    Match path = narrower(one, two);
    boolean methods = one.method().isEmpty() || two.method().isEmpty();
    Map<String, String> headers = new TreeMap<>(one.headers());
    for (Map.Entry<String, String> header : two.headers().entrySet()) {
      String before = headers.put(header.getKey(), header.getValue());
      if (before != null && !before.equals(header.getValue())) {
        return null;
      }
    }
    if (path == null || !(methods || one.method().equals(two.method()))) {
      return null;
    }
    String method = one.method().isEmpty() ? two.method() : one.method();
    return new Match(path.path(), path.whole(), method, headers);
  }

  /** The one whose paths the other accepts all; {@code null}: neither. */
  private static @Nullable Match narrower(Match one, Match two) {
    if (covers(one, two)) {
      return two;
    }
    return covers(two, one) ? one : null;
  }

  private static boolean covers(Match wide, Match narrow) {
    String prefix = wide.path();
    String path = narrow.path();
    if (prefix == null || path == null) {
      return prefix == null;
    }
    if (wide.whole()) {
      return narrow.whole() && path.equals(prefix);
    }
    return prefix.equals("/")
        || path.equals(prefix)
        || (path.startsWith(prefix) && path.charAt(prefix.length()) == '/');
  }
}

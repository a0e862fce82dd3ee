package dev.weft.policy.jwt;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Who may bring tokens, and which requests have to ({@code
 * envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication}). Immutable.
 *
 * @param providers by name, in the order of names; what requirements name is there
 * @param rules the first that matches decides; a request that none matches has to bring nothing
 * @param requirements by name, for routes
 * @param bypassPreflight whether CORS preflights have to bring nothing
 * @param quiet whether answers to refused requests say no more than their status
 * @param <M> how requests are matched
 */
public record JwtPolicy<M>(
    Map<String, JwtProvider> providers,
    List<JwtRule<M>> rules,
    Map<String, JwtRequirement> requirements,
    boolean bypassPreflight,
    boolean quiet) {
  /** Copies. */
  public JwtPolicy {
    providers = Collections.unmodifiableMap(new TreeMap<>(providers));
    rules = List.copyOf(rules);
    requirements = Collections.unmodifiableMap(new TreeMap<>(requirements));
  }
}

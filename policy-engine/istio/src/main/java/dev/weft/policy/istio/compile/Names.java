package dev.weft.policy.istio.compile;

import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import java.util.ArrayList;
import java.util.List;

/**
 * Names of identities as policies write them: without {@code spiffe://}, and with {@code
 * cluster.local} for the own trust domain, whatever it is called.
 *
 * @param own the own trust domain
 */
record Names(String own) {
  private static final String SPIFFE = "spiffe://";
  private static final String ALIAS = "cluster.local";
  private static final int LONGEST_IN_PATTERN = 70;

  /** The identities that a principal stands for. */
  List<StringMatcher> principals(String value) {
    List<StringMatcher> matchers = new ArrayList<>();
    int slash = value.indexOf('/');
    String domain = slash < 0 ? value : value.substring(0, slash);
    if (slash < 0 && value.endsWith("*") && value.length() > 1 && matches(domain, ALIAS)) {
      // A beginning of the alias stands for all of the own trust domain.
      matchers.add(Matchers.prefix(SPIFFE + own + "/"));
    } else if (slash >= 0 && !domain.equals("*") && matches(domain, ALIAS)) {
      matchers.add(principal(own + value.substring(slash)));
      if (domain.contains("*")) {
        matchers.add(principal(value));
      }
      return matchers;
    }
    matchers.add(principal(value));
    return matchers;
  }

  /** The trust domains, or patterns of them, that one stands for. */
  List<String> trustDomains(String value) {
    if (value.equals(ALIAS)) {
      return List.of(own);
    }
    return !value.equals("*") && matches(value, ALIAS) ? List.of(own, value) : List.of(value);
  }

  private static StringMatcher principal(String value) {
    if (value.equals("*")) {
      return Matchers.something();
    }
    if (value.startsWith("*")) {
      // All identities begin so, and an Envoy refuses patterns above a size.
      return value.length() > LONGEST_IN_PATTERN
          ? Matchers.suffix(value.substring(1))
          : Matchers.regex(SPIFFE + ".*" + Matchers.quoted(value.substring(1)));
    }
    return value.endsWith("*")
        ? Matchers.prefix(SPIFFE + value.substring(0, value.length() - 1))
        : Matchers.exact(SPIFFE + value);
  }

  private static boolean matches(String pattern, String text) {
    if (pattern.startsWith("*")) {
      return text.endsWith(pattern.substring(1));
    }
    return pattern.endsWith("*")
        ? text.startsWith(pattern.substring(0, pattern.length() - 1))
        : text.equals(pattern);
  }
}

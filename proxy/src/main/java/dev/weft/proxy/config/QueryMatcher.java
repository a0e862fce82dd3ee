package dev.weft.proxy.config;

import dev.weft.policy.match.StringMatcher;
import org.jspecify.annotations.Nullable;

/**
 * {@code envoy.config.route.v3.QueryParameterMatcher}. Parameters are compared as they were sent,
 * escapes and all; of several with one name the first counts.
 *
 * @param value {@code null}: the parameter only has to be there
 * @param expectPresent with {@code value} null: whether presence or absence is asked for
 */
public record QueryMatcher(String name, @Nullable StringMatcher value, boolean expectPresent) {

  /**
   * Whether the parameter's value is accepted.
   *
   * @param actual {@code null}: it is not there
   */
  public boolean matches(@Nullable String actual) {
    StringMatcher matcher = value;
    return matcher == null
        ? (actual != null) == expectPresent
        : actual != null && matcher.matches(actual);
  }
}

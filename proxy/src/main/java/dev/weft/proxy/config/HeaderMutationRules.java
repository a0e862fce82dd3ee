package dev.weft.proxy.config;

import dev.weft.policy.match.StringMatcher;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code envoy.config.common.mutation_rules.v3.HeaderMutationRules}: which headers of a request
 * somebody else may change. Immutable.
 *
 * @param routing whether {@code :method}, {@code :scheme} and the host may be changed
 * @param envoy whether headers that begin with {@code x-envoy} may
 * @param systemRefused whether no header that begins with a colon may
 * @param allRefused whether only what {@code allowed} accepts may
 * @param allowed names that may be changed in any case but the next; {@code null}: none
 * @param refused names that may not; {@code null}: none
 * @param error whether a change that may not be is a mistake, and else nothing
 */
public record HeaderMutationRules(
    boolean routing,
    boolean envoy,
    boolean systemRefused,
    boolean allRefused,
    StringMatcher.@Nullable Regex allowed,
    StringMatcher.@Nullable Regex refused,
    boolean error) {

  private static final Set<String> ROUTING = Set.of("host", ":authority", ":method", ":scheme");

  /** What becomes of a header. */
  public enum Change {
    /** It has this value, or one more field with it. */
    SET,
    /** The value is joined to what it has. */
    JOIN,
    REMOVE
  }

  /**
   * Whether it may be.
   *
   * @param name in lower case
   */
  public boolean allow(Change change, String name) {
    boolean system = name.startsWith(":");
    if (change == Change.REMOVE && (system || name.equals("host"))) {
      return false;
    }
    if (refused != null && refused.matches(name)) {
      return false;
    }
    if (allowed != null && allowed.matches(name)) {
      return true;
    }
    return !allRefused
        && (routing || !ROUTING.contains(name))
        && !(system && (systemRefused || change == Change.JOIN))
        && (envoy || !name.startsWith("x-envoy"));
  }
}

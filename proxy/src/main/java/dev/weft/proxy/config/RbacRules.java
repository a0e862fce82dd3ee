package dev.weft.proxy.config;

import dev.weft.policy.authz.RbacPolicy;
import org.jspecify.annotations.Nullable;

/**
 * Rules that are enforced, and rules that are only tried.
 *
 * @param enforced {@code null}: everything is allowed
 * @param shadow what would be decided is counted and told; {@code null}: none
 * @param statPrefix tells these rules from others in metrics; empty: nothing to tell
 * @param shadowStatPrefix the same of the shadow rules
 * @param eachRule whether each rule that decides is counted by its name
 */
public record RbacRules(
    @Nullable RbacPolicy enforced,
    @Nullable RbacPolicy shadow,
    String statPrefix,
    String shadowStatPrefix,
    boolean eachRule) {

  /** Rules that allow everything. */
  public static final RbacRules NONE = new RbacRules(null, null, "", "", false);
}

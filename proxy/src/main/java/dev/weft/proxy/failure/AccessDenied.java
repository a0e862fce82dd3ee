package dev.weft.proxy.failure;

import java.util.regex.Pattern;

/** What logs say of a connection or request that rules deny, in Envoy's words. */
public final class AccessDenied {
  private static final Pattern SPACE = Pattern.compile("[ \\t\\n\\x0b\\f\\r]");

  private AccessDenied() {}

  /**
   * {@code rbac_access_denied_matched_policy[name]}; white space in the name would break lines that
   * are split at it, and becomes {@code _}.
   *
   * @param rule that denied; empty: none allowed
   */
  public static String details(String rule) {
    return "rbac_access_denied_matched_policy["
        + (rule.isEmpty() ? "none" : SPACE.matcher(rule).replaceAll("_"))
        + "]";
  }
}

package dev.weft.policy.authz;

import java.util.List;

/**
 * A named rule: it matches when one of its permissions and one of its principals match.
 *
 * @param permissions at least one
 * @param principals at least one
 */
public record Rule(String name, List<Permission> permissions, List<Principal> principals) {

  public Rule {
    permissions = List.copyOf(permissions);
    principals = List.copyOf(principals);
    if (permissions.isEmpty() || principals.isEmpty()) {
      throw new IllegalArgumentException(
          "rule \"" + name + "\" needs a permission and a principal");
    }
  }
}

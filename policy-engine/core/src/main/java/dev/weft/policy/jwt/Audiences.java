package dev.weft.policy.jwt;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Whom tokens have to be for. As Envoy has it, {@code http://}, {@code https://} and one slash at
 * the end make no difference. Immutable.
 */
public final class Audiences {
  private final Set<String> names;

  /**
   * @param audiences one of them; empty: anybody
   */
  public Audiences(List<String> audiences) {
    Set<String> bare = new HashSet<>();
    audiences.forEach(one -> bare.add(bare(one)));
    names = Set.copyOf(bare);
  }

  boolean allow(List<String> audiences) {
    if (names.isEmpty()) {
      return true;
    }
    for (int i = 0; i < audiences.size(); i++) {
      if (names.contains(bare(audiences.get(i)))) {
        return true;
      }
    }
    return false;
  }

  private static String bare(String audience) {
    int from = audience.startsWith("http://") ? 7 : audience.startsWith("https://") ? 8 : 0;
    int end = audience.endsWith("/") ? audience.length() - 1 : audience.length();
    return audience.substring(from, Math.max(from, end));
  }
}

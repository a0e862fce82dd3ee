package dev.weft.policy.authz;

/**
 * A rule that did not match.
 *
 * @param condition the first of its conditions that failed, at most 256 characters
 */
public record NearMiss(String rule, String condition) {

  static final int LONGEST = 256;

  public NearMiss {
    condition = bounded(condition, LONGEST);
  }

  static String bounded(String text, int most) {
    return text.length() <= most ? text : text.substring(0, most - 1) + "…";
  }
}

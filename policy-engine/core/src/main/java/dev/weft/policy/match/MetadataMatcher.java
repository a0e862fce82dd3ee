package dev.weft.policy.match;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Accepts or refuses what a filter found out, as {@code envoy.type.matcher.v3.MetadataMatcher}
 * does.
 *
 * @param filter whose words
 * @param path of keys, at least one: the way to the value through objects
 * @param invert turns the result round: with it a value that is not there is accepted
 */
public record MetadataMatcher(
    String filter, List<String> path, ValueMatcher value, boolean invert) {

  public MetadataMatcher {
    path = List.copyOf(path);
  }

  /**
   * Whether it is accepted.
   *
   * @param said what the filter said; {@code null}: nothing
   */
  public boolean matches(@Nullable Map<String, ?> said) {
    return value.matches(find(said, path)) != invert;
  }

  /** The value at the end of the path; {@link ValueMatcher.Absent} where there is none. */
  public static @Nullable Object find(@Nullable Map<String, ?> said, List<String> path) {
    Object at = said == null ? ValueMatcher.Absent.ABSENT : said;
    for (int i = 0; i < path.size(); i++) {
      if (!(at instanceof Map<?, ?> object)) {
        return ValueMatcher.Absent.ABSENT;
      }
      String key = path.get(i);
      at = object.get(key);
      if (at == null && !object.containsKey(key)) {
        return ValueMatcher.Absent.ABSENT;
      }
    }
    return at;
  }

  /** What is accepted, in a few words for people. */
  public String describe() {
    return filter + " " + String.join(".", path) + (invert ? " not " : " ") + value.describe();
  }
}

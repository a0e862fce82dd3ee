package dev.weft.policy.xds;

import dev.weft.policy.match.StringMatcher;
import io.envoyproxy.envoy.type.matcher.v3.RegexMatcher;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code envoy.type.matcher.v3.StringMatcher}. */
public final class StringMatcherCodec {

  private static final Set<String> UNDERSTOOD =
      Set.of("exact", "prefix", "suffix", "contains", "safe_regex", "ignore_case");

  private StringMatcherCodec() {}

  /** Reads one; {@code null} when problems were added. */
  public static @Nullable StringMatcher decode(
      io.envoyproxy.envoy.type.matcher.v3.StringMatcher proto, Problems problems) {
    int before = problems.count();
    problems.refuseAllBut(proto, UNDERSTOOD);
    boolean ignoreCase = proto.getIgnoreCase();
    StringMatcher matcher =
        switch (proto.getMatchPatternCase()) {
          case EXACT -> new StringMatcher.Exact(proto.getExact(), ignoreCase);
          case PREFIX -> {
            notEmpty(proto.getPrefix(), problems.field("prefix"));
            yield new StringMatcher.Prefix(proto.getPrefix(), ignoreCase);
          }
          case SUFFIX -> {
            notEmpty(proto.getSuffix(), problems.field("suffix"));
            yield new StringMatcher.Suffix(proto.getSuffix(), ignoreCase);
          }
          case CONTAINS -> {
            notEmpty(proto.getContains(), problems.field("contains"));
            yield new StringMatcher.Contains(proto.getContains(), ignoreCase);
          }
          // Envoy documents that ignore_case has no effect here.
          case SAFE_REGEX -> decodeRegex(proto.getSafeRegex(), problems.field("safe_regex"));
          case CUSTOM -> null;
          case MATCHPATTERN_NOT_SET -> {
            problems.add("match_pattern is required");
            yield null;
          }
        };
    return problems.count() == before ? matcher : null;
  }

  /** Reads a {@code RegexMatcher}; {@code null} when problems were added. */
  public static StringMatcher.@Nullable Regex decodeRegex(RegexMatcher proto, Problems problems) {
    int before = problems.count();
    problems.refuseAllBut(proto, Set.of("regex"));
    StringMatcher.Regex regex = null;
    try {
      regex = StringMatcher.Regex.compile(proto.getRegex());
    } catch (IllegalArgumentException e) {
      problems.field("regex").add(String.valueOf(e.getMessage()));
    }
    return problems.count() == before ? regex : null;
  }

  /** Writes one. */
  public static io.envoyproxy.envoy.type.matcher.v3.StringMatcher encode(StringMatcher matcher) {
    var proto = io.envoyproxy.envoy.type.matcher.v3.StringMatcher.newBuilder();
    switch (matcher) {
      case StringMatcher.Exact(String text, boolean ignoreCase) ->
          proto.setExact(text).setIgnoreCase(ignoreCase);
      case StringMatcher.Prefix(String text, boolean ignoreCase) ->
          proto.setPrefix(text).setIgnoreCase(ignoreCase);
      case StringMatcher.Suffix(String text, boolean ignoreCase) ->
          proto.setSuffix(text).setIgnoreCase(ignoreCase);
      case StringMatcher.Contains(String text, boolean ignoreCase) ->
          proto.setContains(text).setIgnoreCase(ignoreCase);
      case StringMatcher.Regex(var pattern, _, _) ->
          proto.setSafeRegex(RegexMatcher.newBuilder().setRegex(pattern.pattern()));
    }
    return proto.build();
  }

  private static void notEmpty(String text, Problems problems) {
    if (text.isEmpty()) {
      problems.add("must not be empty");
    }
  }
}

package dev.weft.policy.xds;

import dev.weft.policy.match.HeaderMatcher;
import dev.weft.policy.match.StringMatcher;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code envoy.config.route.v3.HeaderMatcher}. Its deprecated specifiers are refused: {@code
 * string_match} says the same.
 */
public final class HeaderMatcherCodec {

  private static final Set<String> UNDERSTOOD =
      Set.of(
          "name", "present_match", "string_match", "invert_match", "treat_missing_header_as_empty");

  private HeaderMatcherCodec() {}

  /** Reads one; {@code null} when problems were added. */
  public static @Nullable HeaderMatcher decode(
      io.envoyproxy.envoy.config.route.v3.HeaderMatcher proto, Problems problems) {
    int before = problems.count();
    problems.refuseAllBut(proto, UNDERSTOOD);
    if (proto.getName().isEmpty()) {
      problems.field("name").add("is required");
    }
    StringMatcher value =
        proto.hasStringMatch()
            ? StringMatcherCodec.decode(proto.getStringMatch(), problems.field("string_match"))
            : null;
    if (!proto.hasStringMatch() && proto.getTreatMissingHeaderAsEmpty()) {
      problems.field("treat_missing_header_as_empty").add("is supported with string_match only");
    }
    if (problems.count() != before) {
      return null;
    }
    return new HeaderMatcher(
        proto.getName().toLowerCase(Locale.ROOT),
        value,
        !proto.hasPresentMatch() || proto.getPresentMatch(),
        proto.getInvertMatch(),
        proto.getTreatMissingHeaderAsEmpty());
  }

  /** Writes one. */
  public static io.envoyproxy.envoy.config.route.v3.HeaderMatcher encode(HeaderMatcher matcher) {
    var proto =
        io.envoyproxy.envoy.config.route.v3.HeaderMatcher.newBuilder()
            .setName(matcher.name())
            .setInvertMatch(matcher.invert())
            .setTreatMissingHeaderAsEmpty(matcher.missingAsEmpty());
    StringMatcher value = matcher.value();
    if (value == null) {
      proto.setPresentMatch(matcher.expectPresent());
    } else {
      proto.setStringMatch(StringMatcherCodec.encode(value));
    }
    return proto.build();
  }
}

package dev.weft.policy.xds;

import dev.weft.policy.match.HeaderMatcher;
import dev.weft.policy.match.HeaderMatcher.Range;
import dev.weft.policy.match.StringMatcher;
import io.envoyproxy.envoy.type.v3.Int64Range;
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
          "name",
          "present_match",
          "string_match",
          "range_match",
          "invert_match",
          "treat_missing_header_as_empty");

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
    Range range = proto.hasRangeMatch() ? range(proto, problems.field("range_match")) : null;
    if (!proto.hasStringMatch() && range == null && proto.getTreatMissingHeaderAsEmpty()) {
      problems
          .field("treat_missing_header_as_empty")
          .add("is supported with string_match and range_match only");
    }
    if (problems.count() != before) {
      return null;
    }
    return new HeaderMatcher(
        proto.getName().toLowerCase(Locale.ROOT),
        value,
        range,
        !proto.hasPresentMatch() || proto.getPresentMatch(),
        proto.getInvertMatch(),
        proto.getTreatMissingHeaderAsEmpty());
  }

  private static Range range(
      io.envoyproxy.envoy.config.route.v3.HeaderMatcher proto, Problems problems) {
    Range range = new Range(proto.getRangeMatch().getStart(), proto.getRangeMatch().getEnd());
    if (range.start() >= range.end()) {
      problems.field("end").add("has to be above start");
    }
    return range;
  }

  /** Writes one. */
  public static io.envoyproxy.envoy.config.route.v3.HeaderMatcher encode(HeaderMatcher matcher) {
    var proto =
        io.envoyproxy.envoy.config.route.v3.HeaderMatcher.newBuilder()
            .setName(matcher.name())
            .setInvertMatch(matcher.invert())
            .setTreatMissingHeaderAsEmpty(matcher.missingAsEmpty());
    StringMatcher value = matcher.value();
    Range range = matcher.range();
    if (range != null) {
      proto.setRangeMatch(Int64Range.newBuilder().setStart(range.start()).setEnd(range.end()));
    } else if (value == null) {
      proto.setPresentMatch(matcher.expectPresent());
    } else {
      proto.setStringMatch(StringMatcherCodec.encode(value));
    }
    return proto.build();
  }
}

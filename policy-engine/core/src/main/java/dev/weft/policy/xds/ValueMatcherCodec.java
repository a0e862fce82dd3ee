package dev.weft.policy.xds;

import dev.weft.policy.match.StringMatcher;
import dev.weft.policy.match.ValueMatcher;
import io.envoyproxy.envoy.type.matcher.v3.DoubleMatcher;
import io.envoyproxy.envoy.type.matcher.v3.ListMatcher;
import io.envoyproxy.envoy.type.matcher.v3.OrMatcher;
import io.envoyproxy.envoy.type.v3.DoubleRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code envoy.type.matcher.v3.ValueMatcher}. */
final class ValueMatcherCodec {
  private static final Set<String> UNDERSTOOD =
      Set.of(
          "null_match",
          "double_match",
          "string_match",
          "bool_match",
          "present_match",
          "list_match",
          "or_match");

  private ValueMatcherCodec() {}

  /** Reads one; {@code null} when problems were added. */
  static @Nullable ValueMatcher decode(
      io.envoyproxy.envoy.type.matcher.v3.ValueMatcher proto, Problems problems) {
    int before = problems.count();
    problems.refuseAllBut(proto, UNDERSTOOD);
    ValueMatcher matcher =
        switch (proto.getMatchPatternCase()) {
          case NULL_MATCH -> {
            problems.field("null_match").refuseAllBut(proto.getNullMatch(), Set.of());
            yield new ValueMatcher.Null();
          }
          case DOUBLE_MATCH -> number(proto.getDoubleMatch(), problems.field("double_match"));
          case STRING_MATCH -> {
            StringMatcher text =
                StringMatcherCodec.decode(proto.getStringMatch(), problems.field("string_match"));
            yield text == null ? null : new ValueMatcher.Text(text);
          }
          case BOOL_MATCH -> new ValueMatcher.Bool(proto.getBoolMatch());
          case PRESENT_MATCH -> new ValueMatcher.Present(proto.getPresentMatch());
          case LIST_MATCH -> list(proto.getListMatch(), problems.field("list_match"));
          case OR_MATCH -> or(proto.getOrMatch(), problems.field("or_match"));
          case MATCHPATTERN_NOT_SET -> {
            problems.add("match_pattern is required");
            yield null;
          }
        };
    return problems.count() == before ? matcher : null;
  }

  private static @Nullable ValueMatcher number(DoubleMatcher proto, Problems problems) {
    problems.refuseAllBut(proto, Set.of("range", "exact"));
    return switch (proto.getMatchPatternCase()) {
      case EXACT -> new ValueMatcher.Equal(proto.getExact());
      case RANGE -> {
        problems.field("range").refuseAllBut(proto.getRange(), Set.of("start", "end"));
        yield new ValueMatcher.Range(proto.getRange().getStart(), proto.getRange().getEnd());
      }
      case MATCHPATTERN_NOT_SET -> {
        problems.add("match_pattern is required");
        yield null;
      }
    };
  }

  private static @Nullable ValueMatcher list(ListMatcher proto, Problems problems) {
    problems.refuseAllBut(proto, Set.of("one_of"));
    if (!proto.hasOneOf()) {
      problems.add("one_of is required");
      return null;
    }
    ValueMatcher element = decode(proto.getOneOf(), problems.field("one_of"));
    return element == null ? null : new ValueMatcher.OneOf(element);
  }

  private static ValueMatcher or(OrMatcher proto, Problems problems) {
    problems.refuseAllBut(proto, Set.of("value_matchers"));
    List<ValueMatcher> any = new ArrayList<>();
    Problems at = problems.field("value_matchers");
    if (proto.getValueMatchersCount() < 2) {
      at.add("needs at least two");
    }
    for (int i = 0; i < proto.getValueMatchersCount(); i++) {
      ValueMatcher one = decode(proto.getValueMatchers(i), at.item(i));
      if (one != null) {
        any.add(one);
      }
    }
    return new ValueMatcher.Or(any);
  }

  /** Writes one. */
  static io.envoyproxy.envoy.type.matcher.v3.ValueMatcher encode(ValueMatcher matcher) {
    var proto = io.envoyproxy.envoy.type.matcher.v3.ValueMatcher.newBuilder();
    switch (matcher) {
      case ValueMatcher.Null none -> proto.getNullMatchBuilder();
      case ValueMatcher.Equal(double number) -> proto.getDoubleMatchBuilder().setExact(number);
      case ValueMatcher.Range(double start, double end) ->
          proto
              .getDoubleMatchBuilder()
              .setRange(DoubleRange.newBuilder().setStart(start).setEnd(end));
      case ValueMatcher.Text(var text) -> proto.setStringMatch(StringMatcherCodec.encode(text));
      case ValueMatcher.Bool(boolean expected) -> proto.setBoolMatch(expected);
      case ValueMatcher.Present(boolean expected) -> proto.setPresentMatch(expected);
      case ValueMatcher.OneOf(var element) -> proto.getListMatchBuilder().setOneOf(encode(element));
      case ValueMatcher.Or(var any) ->
          any.forEach(one -> proto.getOrMatchBuilder().addValueMatchers(encode(one)));
    }
    return proto.build();
  }
}

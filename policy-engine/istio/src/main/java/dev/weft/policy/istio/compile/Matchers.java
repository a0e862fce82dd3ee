package dev.weft.policy.istio.compile;

import com.google.protobuf.UInt32Value;
import com.google.re2j.Pattern;
import io.envoyproxy.envoy.config.core.v3.CidrRange;
import io.envoyproxy.envoy.config.rbac.v3.SourcedMetadata;
import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import io.envoyproxy.envoy.type.matcher.v3.ListMatcher;
import io.envoyproxy.envoy.type.matcher.v3.MetadataMatcher;
import io.envoyproxy.envoy.type.matcher.v3.OrMatcher;
import io.envoyproxy.envoy.type.matcher.v3.RegexMatcher;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import io.envoyproxy.envoy.type.matcher.v3.ValueMatcher;
import java.util.List;

/** Istio's patterns as Envoy's matchers: {@code *}, {@code prefix*}, {@code *suffix}, or exact. */
final class Matchers {
  private Matchers() {}

  static StringMatcher exact(String text) {
    return StringMatcher.newBuilder().setExact(text).build();
  }

  static StringMatcher prefix(String text) {
    return StringMatcher.newBuilder().setPrefix(text).build();
  }

  static StringMatcher suffix(String text) {
    return StringMatcher.newBuilder().setSuffix(text).build();
  }

  static StringMatcher contains(String text) {
    return StringMatcher.newBuilder().setContains(text).build();
  }

  /** The whole text has to match. */
  static StringMatcher regex(String regex) {
    return StringMatcher.newBuilder()
        .setSafeRegex(RegexMatcher.newBuilder().setRegex(regex))
        .build();
  }

  /** Anything that is not empty. */
  static StringMatcher something() {
    return regex(".+");
  }

  /** A text as it is, in a pattern. */
  static String quoted(String text) {
    return Pattern.quote(text);
  }

  static StringMatcher pattern(String value) {
    if (value.equals("*")) {
      return something();
    }
    if (value.startsWith("*")) {
      return suffix(value.substring(1));
    }
    return value.endsWith("*") ? prefix(value.substring(0, value.length() - 1)) : exact(value);
  }

  /** A header; {@code *}: it is there, empty or not. */
  static HeaderMatcher header(String name, String value, boolean ignoreCase) {
    HeaderMatcher.Builder header = HeaderMatcher.newBuilder().setName(name);
    return value.equals("*")
        ? header.setPresentMatch(true).build()
        : header.setStringMatch(pattern(value).toBuilder().setIgnoreCase(ignoreCase)).build();
  }

  static CidrRange range(String block) {
    int slash = block.indexOf('/');
    String address = slash < 0 ? block : block.substring(0, slash);
    int whole = address.contains(":") ? 128 : 32;
    int length = slash < 0 ? whole : Integer.parseInt(block.substring(slash + 1));
    return CidrRange.newBuilder()
        .setAddressPrefix(address)
        .setPrefixLen(UInt32Value.of(length))
        .build();
  }

  static ValueMatcher text(StringMatcher matcher) {
    return ValueMatcher.newBuilder().setStringMatch(matcher).build();
  }

  /** A list with such an element. */
  static ValueMatcher listed(ValueMatcher element) {
    return ValueMatcher.newBuilder()
        .setListMatch(ListMatcher.newBuilder().setOneOf(element))
        .build();
  }

  static ValueMatcher oneOf(List<ValueMatcher> matchers) {
    return matchers.size() == 1
        ? matchers.getFirst()
        : ValueMatcher.newBuilder()
            .setOrMatch(OrMatcher.newBuilder().addAllValueMatchers(matchers))
            .build();
  }

  /** What a filter said of the request. */
  static SourcedMetadata metadata(String filter, List<String> path, ValueMatcher value) {
    MetadataMatcher.Builder matcher = MetadataMatcher.newBuilder().setFilter(filter);
    path.forEach(key -> matcher.addPath(MetadataMatcher.PathSegment.newBuilder().setKey(key)));
    return SourcedMetadata.newBuilder().setMetadataMatcher(matcher.setValue(value)).build();
  }
}

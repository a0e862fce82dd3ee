package dev.weft.policy.xds;

import dev.weft.policy.match.StringMatcher;
import io.envoyproxy.envoy.type.matcher.v3.PathMatcher;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code envoy.type.matcher.v3.PathMatcher}: the path without query and fragment. */
public final class PathMatcherCodec {

  private PathMatcherCodec() {}

  /** Reads one; {@code null} when problems were added. */
  public static @Nullable StringMatcher decode(PathMatcher proto, Problems problems) {
    int before = problems.count();
    problems.refuseAllBut(proto, Set.of("path"));
    if (!proto.hasPath()) {
      problems.add("path is required");
      return null;
    }
    StringMatcher matcher = StringMatcherCodec.decode(proto.getPath(), problems.field("path"));
    return problems.count() == before ? matcher : null;
  }

  /** Writes one. */
  public static PathMatcher encode(StringMatcher matcher) {
    return PathMatcher.newBuilder().setPath(StringMatcherCodec.encode(matcher)).build();
  }
}

package dev.weft.policy.xds;

import dev.weft.policy.match.MetadataMatcher;
import dev.weft.policy.match.ValueMatcher;
import io.envoyproxy.envoy.config.rbac.v3.MetadataSource;
import io.envoyproxy.envoy.config.rbac.v3.SourcedMetadata;
import io.envoyproxy.envoy.type.matcher.v3.MetadataMatcher.PathSegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code envoy.type.matcher.v3.MetadataMatcher}, and {@code envoy.config.rbac.v3.SourcedMetadata}
 * of what filters said. Metadata of routes is refused: what a route allows is said at the route.
 */
public final class MetadataMatcherCodec {

  private MetadataMatcherCodec() {}

  /** Reads one with its source; {@code null} when problems were added. */
  static @Nullable MetadataMatcher decode(SourcedMetadata proto, Problems problems) {
    problems.refuseAllBut(proto, Set.of("metadata_matcher", "metadata_source"));
    if (proto.getMetadataSource() != MetadataSource.DYNAMIC) {
      problems.field("metadata_source").add("is not supported: " + proto.getMetadataSourceValue());
    }
    return decode(proto.getMetadataMatcher(), problems.field("metadata_matcher"));
  }

  /** Reads one; {@code null} when problems were added. */
  public static @Nullable MetadataMatcher decode(
      io.envoyproxy.envoy.type.matcher.v3.MetadataMatcher proto, Problems problems) {
    int before = problems.count();
    problems.refuseAllBut(proto, Set.of("filter", "path", "value", "invert"));
    if (proto.getFilter().isEmpty()) {
      problems.field("filter").add("is required");
    }
    List<String> path = new ArrayList<>();
    Problems at = problems.field("path");
    for (int i = 0; i < proto.getPathCount(); i++) {
      at.item(i).refuseAllBut(proto.getPath(i), Set.of("key"));
      if (proto.getPath(i).getKey().isEmpty()) {
        at.item(i).field("key").add("is required");
      }
      path.add(proto.getPath(i).getKey());
    }
    if (path.isEmpty()) {
      at.add("needs at least one");
    }
    ValueMatcher value = null;
    if (proto.hasValue()) {
      value = ValueMatcherCodec.decode(proto.getValue(), problems.field("value"));
    } else {
      problems.field("value").add("is required");
    }
    return value == null || problems.count() != before
        ? null
        : new MetadataMatcher(proto.getFilter(), path, value, proto.getInvert());
  }

  /** Writes one of what filters said. */
  static SourcedMetadata encode(MetadataMatcher matcher) {
    var proto =
        io.envoyproxy.envoy.type.matcher.v3.MetadataMatcher.newBuilder()
            .setFilter(matcher.filter())
            .setValue(ValueMatcherCodec.encode(matcher.value()))
            .setInvert(matcher.invert());
    matcher.path().forEach(key -> proto.addPath(PathSegment.newBuilder().setKey(key)));
    return SourcedMetadata.newBuilder().setMetadataMatcher(proto).build();
  }
}

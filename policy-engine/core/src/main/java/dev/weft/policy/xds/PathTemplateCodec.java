package dev.weft.policy.xds;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.weft.policy.match.PathTemplate;
import io.envoyproxy.envoy.config.core.v3.TypedExtensionConfig;
import io.envoyproxy.envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A {@code UriTemplateMatchConfig} in its {@code TypedExtensionConfig}. */
final class PathTemplateCodec {
  private static final String NAME = "envoy.path.match.uri_template.uri_template_matcher";

  private PathTemplateCodec() {}

  /** Reads one; {@code null} when problems were added. */
  static @Nullable PathTemplate decode(TypedExtensionConfig proto, Problems problems) {
    problems.refuseAllBut(proto, Set.of("name", "typed_config"));
    Problems at = problems.field("typed_config");
    UriTemplateMatchConfig config = unpack(proto.getTypedConfig());
    if (config == null) {
      at.add("expected a UriTemplateMatchConfig");
      return null;
    }
    at.refuseAllBut(config, Set.of("path_template"));
    try {
      return PathTemplate.parse(config.getPathTemplate());
    } catch (IllegalArgumentException e) {
      at.field("path_template").add(String.valueOf(e.getMessage()));
      return null;
    }
  }

  private static @Nullable UriTemplateMatchConfig unpack(Any any) {
    if (!any.is(UriTemplateMatchConfig.class)) {
      return null;
    }
    try {
      return any.unpack(UriTemplateMatchConfig.class);
    } catch (InvalidProtocolBufferException e) {
      return null;
    }
  }

  /** Writes one. */
  static TypedExtensionConfig encode(PathTemplate template) {
    return TypedExtensionConfig.newBuilder()
        .setName(NAME)
        .setTypedConfig(
            Any.pack(UriTemplateMatchConfig.newBuilder().setPathTemplate(template.text()).build()))
        .build();
  }
}

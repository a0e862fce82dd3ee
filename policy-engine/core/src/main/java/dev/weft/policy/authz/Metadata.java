package dev.weft.policy.authz;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What filters found out about a request ({@code envoy.config.core.v3.Metadata.filter_metadata}):
 * the claims of a verified token, for instance.
 */
@FunctionalInterface
public interface Metadata {

  /** Nothing was found out. */
  Metadata NONE = namespace -> null;

  /**
   * What one filter said.
   *
   * @param namespace the filter's name, {@code envoy.filters.http.jwt_authn} for instance
   * @return a JSON object: values are {@link String}, {@link Number}, {@link Boolean}, {@link
   *     java.util.List}, {@link Map} or {@code null}; {@code null}: it said nothing
   */
  @Nullable Map<String, ?> get(String namespace);
}

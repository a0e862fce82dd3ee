package dev.weft.proxy.config;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Adds headers to an answer made by the proxy itself when it carries one of the flags, or has the
 * status.
 *
 * @param responseFlags Envoy's short names; empty: any local reply
 * @param status looked at instead of the flags; {@code null}: the flags are
 */
public record LocalReplyMapper(
    Set<String> responseFlags, LogFilter.@Nullable Status status, List<HeaderValue> headersToAdd) {

  /** By flags. */
  public LocalReplyMapper(Set<String> responseFlags, List<HeaderValue> headersToAdd) {
    this(responseFlags, null, headersToAdd);
  }

  public LocalReplyMapper {
    responseFlags = Set.copyOf(responseFlags);
    headersToAdd = List.copyOf(headersToAdd);
  }
}

package dev.weft.proxy.config;

import java.util.List;
import java.util.Set;

/**
 * Adds headers to an answer made by the proxy itself when it carries one of the flags.
 *
 * @param responseFlags Envoy's short names; empty: any local reply
 */
public record LocalReplyMapper(Set<String> responseFlags, List<HeaderValue> headersToAdd) {

  public LocalReplyMapper {
    responseFlags = Set.copyOf(responseFlags);
    headersToAdd = List.copyOf(headersToAdd);
  }
}

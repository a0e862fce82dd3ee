package dev.weft.proxy.config;

import java.util.List;

/**
 * What a route says of its requests' traces ({@code envoy.config.route.v3.Tracing}); without effect
 * where the connection manager has no {@link Tracing}.
 *
 * @param sampling counts in place of the connection manager's, in whole
 * @param tags of each span, beside the connection manager's and before those of the same names
 */
public record RouteTracing(Tracing.Sampling sampling, List<SpanTag> tags) {
  public RouteTracing {
    tags = List.copyOf(tags);
  }

  /** Whether a tag of that name is the route's. */
  public boolean tags(String name) {
    for (SpanTag tag : tags) {
      if (tag.name().equals(name)) {
        return true;
      }
    }
    return false;
  }
}

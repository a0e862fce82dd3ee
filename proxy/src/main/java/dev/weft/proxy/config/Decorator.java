package dev.weft.proxy.config;

/**
 * {@code envoy.config.route.v3.Decorator}: what spans of a route's requests are called.
 *
 * @param operation empty: as without it
 * @param propagate whether the other side is told, in {@code x-envoy-decorator-operation}
 */
public record Decorator(String operation, boolean propagate) {
  public static final Decorator NONE = new Decorator("", false);
}

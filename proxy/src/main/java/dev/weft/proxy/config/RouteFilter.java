package dev.weft.proxy.config;

import org.jspecify.annotations.Nullable;

/**
 * What a route, or a level above it, says of a filter.
 *
 * @param settings {@code null}: the connection manager's
 * @param disabled whether it takes no part
 */
public record RouteFilter(@Nullable FilterSettings settings, boolean disabled) {}

package dev.weft.proxy.config;

/**
 * A filter of a connection manager.
 *
 * @param name by which routes speak of it
 * @param disabled whether it takes part only where a route says so
 */
public record NamedFilter(String name, FilterSettings settings, boolean disabled) {}

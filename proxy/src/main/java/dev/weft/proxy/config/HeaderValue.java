package dev.weft.proxy.config;

/**
 * A header to set.
 *
 * @param name lower case
 * @param append whether an existing value stays and this one is added; else it is replaced
 */
public record HeaderValue(String name, String value, boolean append) {}

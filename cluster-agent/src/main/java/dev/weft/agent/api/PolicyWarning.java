package dev.weft.agent.api;

/**
 * A resource that does not do what its author probably thinks.
 *
 * @param name empty: of no single resource
 * @param message for people
 */
public record PolicyWarning(String kind, String namespace, String name, String message) {}

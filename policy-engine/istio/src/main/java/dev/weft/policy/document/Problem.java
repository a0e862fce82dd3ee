package dev.weft.policy.document;

/**
 * One thing wrong with a document.
 *
 * @param field its path, for instance {@code spec.targets[1]}; empty: the document itself
 * @param message for people: what was expected, and what was found where that helps
 */
public record Problem(String field, String message) {}

package dev.weft.agent.replication;

/**
 * Something that was written and that this version cannot read.
 *
 * @param kind as in documents; {@code Denial} of the deny list
 * @param namespace empty: it has none
 * @param reason what is wrong with it, for people
 * @param instead what holds until it is written again or removed
 */
public record UnreadableResource(
    String kind, String namespace, String name, String reason, String instead) {}

package dev.weft.policy.authz;

import org.jspecify.annotations.Nullable;

/**
 * The facts of a connection that network rules look at.
 *
 * @param peer URI SAN of the verified peer certificate; {@code null}: none
 * @param serverName SNI; empty: none
 * @param destinationPort the port connected to
 */
public record Connection(@Nullable String peer, String serverName, int destinationPort) {}

/**
 * Opaque bytes between a downstream connection and an upstream host. On one worker's event loop;
 * called by {@code listener}, which hands over a connection, and calling {@link
 * dev.weft.proxy.tcp.TcpHosts} for a host.
 */
@NullMarked
package dev.weft.proxy.tcp;

import org.jspecify.annotations.NullMarked;

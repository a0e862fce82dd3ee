/**
 * The one place that knows which kind of event loop, channel and TLS engine is used: epoll where
 * the machine has it, NIO elsewhere. Immutable; called by {@code worker}, {@code listener}, {@code
 * upstream.pool} and {@code tls}.
 */
@NullMarked
package dev.weft.proxy.transport;

import org.jspecify.annotations.NullMarked;

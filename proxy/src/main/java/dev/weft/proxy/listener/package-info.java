/**
 * Listening sockets of a worker: accepting, choosing a filter chain, refusing, and setting a
 * connection up with TLS, network rules, the service that may have to allow it, and its codec. On
 * the worker's event loop; owned and called by {@code worker}.
 */
@NullMarked
package dev.weft.proxy.listener;

import org.jspecify.annotations.NullMarked;

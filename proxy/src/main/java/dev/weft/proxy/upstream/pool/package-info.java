/**
 * Connections to hosts: dialling, HTTP/1.1 and HTTP/2 towards them, and the pools that keep them.
 * Loop-confined, called by {@code http.router}.
 *
 * <p>What is told of a failed attempt decides whether a request may be repeated, so it is exact:
 * {@code requestSent} is false only when the request's head did not leave this process completely,
 * or when the host said that it did not process the request (REFUSED_STREAM, or a GOAWAY below the
 * stream). A head of which only a part left cannot have been understood, so it counts as unsent.
 */
@NullMarked
package dev.weft.proxy.upstream.pool;

import org.jspecify.annotations.NullMarked;

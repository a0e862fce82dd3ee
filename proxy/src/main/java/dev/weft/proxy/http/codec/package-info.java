/**
 * The grammar of HTTP/1.1 messages and what HTTP/1.1 and HTTP/2 share: strict reading of heads and
 * bodies, writing them, header names, hop-by-hop fields. Loop-confined or stateless; called by
 * {@code http.h1}, {@code http.h2} and {@code upstream.pool}.
 */
@NullMarked
package dev.weft.proxy.http.codec;

import org.jspecify.annotations.NullMarked;

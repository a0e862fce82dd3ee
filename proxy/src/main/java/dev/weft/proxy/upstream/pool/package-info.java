/** Connections to hosts. Loop-confined, called by {@code http.router}. */
@NullMarked
package dev.weft.proxy.upstream.pool;

import org.jspecify.annotations.NullMarked;

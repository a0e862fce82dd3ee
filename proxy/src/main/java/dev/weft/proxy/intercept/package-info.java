/**
 * Looks at the first bytes of a connection before anybody consumes them: what a ClientHello asks
 * for, which HTTP is spoken. On the connection's event loop; used by {@code listener}.
 */
@NullMarked
package dev.weft.proxy.intercept;

import org.jspecify.annotations.NullMarked;

/**
 * Active HTTP health checks. One worker checks for all; results go to the hosts' shared records,
 * where every worker sees them. Loop-confined, driven by {@code http.router}'s worker.
 */
@NullMarked
package dev.weft.proxy.upstream.health;

import org.jspecify.annotations.NullMarked;

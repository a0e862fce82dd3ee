/**
 * Balancing: how load is spread over priorities, and which host of a priority is next. Knows
 * nothing of connections; loop-confined, called by {@code upstream}.
 */
@NullMarked
package dev.weft.proxy.upstream.lb;

import org.jspecify.annotations.NullMarked;

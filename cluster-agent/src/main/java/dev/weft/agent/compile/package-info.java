/**
 * From the state to xDS resources: pure, per resource, memoised. {@link
 * dev.weft.agent.compile.Compiler} slices the state by service and node, and compiles again only
 * where a slice differs from the one before; nodes of one class share the same values. The
 * fragments live in the packages below and know no state. Confined to the xDS server's thread;
 * reaches no clock, randomness, I/O, executor or logger.
 */
@NullMarked
package dev.weft.agent.compile;

import org.jspecify.annotations.NullMarked;

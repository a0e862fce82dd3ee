/**
 * The soak ({@code ./weft soak}): a client's sidecar, two servers' and a gateway as processes,
 * under full load of every protocol while what they are told changes each second. Called by the
 * command line's process; threads are its own, one for each stream of load and one for the changes.
 */
@NullMarked
package dev.weft.bench.soak;

import org.jspecify.annotations.NullMarked;

/**
 * {@code weft explain}: asks an agent what it would decide, and why. Single-threaded; called by the
 * command line.
 */
@NullMarked
package dev.weft.cli.explain;

import org.jspecify.annotations.NullMarked;

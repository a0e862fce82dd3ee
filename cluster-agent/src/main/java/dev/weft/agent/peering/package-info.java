/**
 * Which clusters this one is peered with, from a file that is read again when it or a bundle
 * changes. One thread, {@code weft-peering}, owns it; the composition root starts it.
 */
@NullMarked
package dev.weft.agent.peering;

import org.jspecify.annotations.NullMarked;

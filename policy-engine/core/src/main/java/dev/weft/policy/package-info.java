/**
 * Policies that decide and explain themselves: a library without I/O, used by agent and data plane.
 */
@NullMarked
package dev.weft.policy;

import org.jspecify.annotations.NullMarked;

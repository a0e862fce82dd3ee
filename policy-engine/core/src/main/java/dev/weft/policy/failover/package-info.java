/**
 * Which target a caller should use: a pure ranking of clusters by policy and evidence. No clock, no
 * I/O.
 */
@NullMarked
package dev.weft.policy.failover;

import org.jspecify.annotations.NullMarked;

/**
 * {@code weft policy}: policies held against cases, without an agent and without a proxy.
 * Single-threaded; called by the command line, and by the rehearsal that makes it start fast.
 */
@NullMarked
package dev.weft.cli.policy;

import org.jspecify.annotations.NullMarked;

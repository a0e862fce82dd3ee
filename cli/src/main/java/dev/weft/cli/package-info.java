/**
 * The weft command: a client of the agent's REST API, and of the policies' library where no agent
 * is needed. Single-threaded; called by the JVM's main.
 */
@NullMarked
package dev.weft.cli;

import org.jspecify.annotations.NullMarked;

/**
 * The agent's meters. Thread-safe; called by whoever has something to count. Knows nobody else's
 * types.
 */
@NullMarked
package dev.weft.agent.telemetry;

import org.jspecify.annotations.NullMarked;

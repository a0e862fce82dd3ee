/**
 * Where registrations come from. A source turns what it sees into {@link
 * dev.weft.agent.state.Delta.ServiceInstances}; it owns its threads and hands deltas to the state's
 * writer.
 */
@NullMarked
package dev.weft.agent.catalog;

import org.jspecify.annotations.NullMarked;

/**
 * The way from whoever learns something about this cluster to the state of every replica of its
 * agent: a delta is handed to {@link dev.weft.agent.replication.shared.SharedState}, which puts it
 * into the replicated map of its kind (catalog, leases, enrolments); the maps' listeners, on every
 * replica, make it a delta again and hand it to that replica's state. There is no other way in.
 *
 * <p>Every value carries a {@link dev.weft.agent.replication.shared.Version}: a term, which is one
 * tenure of the replica that writes, and a sequence within it. Feeds take no version that is not
 * newer than what they have, so the order in which events arrive does not matter; removals are
 * values too, until they are old. Writes are made on the thread {@code weft-replication}; feeds run
 * on the threads that bring the events. Called by the composition root; sources see a {@link
 * dev.weft.agent.state.StateWriter}.
 */
@NullMarked
package dev.weft.agent.replication.shared;

import org.jspecify.annotations.NullMarked;

/**
 * The authority on disk: a human-readable, checksummed file per resource, replaced atomically. What
 * {@link dev.weft.agent.store.ResourceStore#put} has returned for is there after {@code kill -9}
 * and after a power cut. Every class is thread-safe; callers are catalog, replication, CA, API and
 * peering, on threads that may block on a disk.
 */
@NullMarked
package dev.weft.agent.store;

import org.jspecify.annotations.NullMarked;

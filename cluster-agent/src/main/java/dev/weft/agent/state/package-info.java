/**
 * The single writer: folds deltas from catalog, peers, nodes and resources into an immutable,
 * versioned {@link dev.weft.agent.state.MeshState}, coalesces, publishes. One thread owns it;
 * anyone may submit a delta.
 */
@NullMarked
package dev.weft.agent.state;

import org.jspecify.annotations.NullMarked;

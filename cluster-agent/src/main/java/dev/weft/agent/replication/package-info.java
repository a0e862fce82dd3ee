/**
 * What this cluster's replicas and its peers share. Between replicas a {@link
 * dev.weft.agent.replication.ReplicatedMap}; between clusters the federation stream, {@code
 * weft.v1.Federation}.
 *
 * <p>The origin's side: {@link dev.weft.agent.replication.FederationOrigin} owns, on one thread, a
 * {@link dev.weft.agent.replication.ConsumerLog} per peer, fed from the published state and drained
 * by one stream each; it never waits for a peer. The consumer's side: {@link
 * dev.weft.agent.replication.FederationConsumers} keeps a {@link
 * dev.weft.agent.replication.PeerConsumer} per configured peer, each confined to its own thread,
 * which merges ({@link dev.weft.agent.replication.PeerEntries}) and hands on what changed. Epochs,
 * sequences, digests and the merge know no transport. Called by the composition root.
 */
@NullMarked
package dev.weft.agent.replication;

import org.jspecify.annotations.NullMarked;

/**
 * The replicated maps on embedded Infinispan: local caches while there is one replica (no JGroups
 * channel is opened then), fully replicated synchronous ones with several. Values are plain byte
 * arrays: they are made and read by the callers, once each, and a cache that knows no types needs
 * no marshaller, no generated schema and no class loading at the start. Thread-safe; called by the
 * composition root.
 */
@NullMarked
package dev.weft.agent.replication.infinispan;

import org.jspecify.annotations.NullMarked;

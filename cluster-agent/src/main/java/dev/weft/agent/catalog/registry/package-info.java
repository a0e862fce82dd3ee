/**
 * The embedded registry: the part of Consul's HTTP API that registration and discovery clients use,
 * its checks, and their persistence. {@link dev.weft.agent.catalog.registry.Registry} is the owner
 * of the entries and is thread-safe by its lock.
 */
@NullMarked
package dev.weft.agent.catalog.registry;

import org.jspecify.annotations.NullMarked;

/**
 * The embedded registry: the part of Consul's HTTP API that registration and discovery clients use,
 * its checks, and their persistence. {@link dev.weft.agent.catalog.registry.Registry} owns the
 * entries and is thread-safe by its lock; readers take an immutable {@link
 * dev.weft.agent.catalog.registry.Contents}. The server, its waiting clients and the checks belong
 * to one Vert.x context; files are written on the disk's executor, those of one registration in
 * turn. The agent's composition root starts it.
 */
@NullMarked
package dev.weft.agent.catalog.registry;

import org.jspecify.annotations.NullMarked;

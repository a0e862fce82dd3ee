/**
 * A real Consul as the source of registrations: its catalog and health are watched by blocking
 * queries. Everything runs on one Vert.x context.
 */
@NullMarked
package dev.weft.agent.catalog.consul;

import org.jspecify.annotations.NullMarked;

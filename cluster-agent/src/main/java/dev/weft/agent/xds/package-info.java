/**
 * The port that sidecars, gateways and peers' agents dial, and the aggregated discovery service on
 * it (delta and state of the world). One thread, {@code weft-xds}, owns every stream's bookkeeping
 * and asks {@code compile} for resources; gRPC's threads only hand messages to it. Started by the
 * composition root.
 */
@NullMarked
package dev.weft.agent.xds;

import org.jspecify.annotations.NullMarked;

/**
 * What a gateway tells of itself: results of probes, to its own cluster's agent. The only place of
 * this module that knows protobuf and gRPC. Called on the event loop that probes and on gRPC's
 * threads; its classes are thread-safe.
 */
@NullMarked
package dev.weft.gateway.telemetry;

import org.jspecify.annotations.NullMarked;

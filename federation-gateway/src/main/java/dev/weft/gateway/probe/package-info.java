/**
 * Asks the gateways of the peers, each second over a warm connection, whether they are there and
 * how far away. On the event loop of the first worker, beside the traffic; results go to a {@link
 * dev.weft.gateway.probe.ProbeSink}, which tells the agent. Called by {@code app}.
 */
@NullMarked
package dev.weft.gateway.probe;

import org.jspecify.annotations.NullMarked;

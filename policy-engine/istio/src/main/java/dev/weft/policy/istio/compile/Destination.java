package dev.weft.policy.istio.compile;

import dev.weft.policy.identity.TrustDomain;

/**
 * Where a filter chain leads, which is known when it is compiled: the connection itself comes to
 * the port that all chains of a sidecar share.
 *
 * @param trustDomain the own one, which {@code cluster.local} stands for
 * @param host the application's, as registered
 * @param port the application's
 * @param http whether there are requests
 */
public record Destination(TrustDomain trustDomain, String host, int port, boolean http) {}

package dev.weft.agent.compile.policy;

import dev.weft.agent.model.Address;
import dev.weft.policy.identity.TrustDomain;

/**
 * Where a filter chain leads, which is known when it is compiled: the connection itself comes to
 * the port that all chains of a sidecar share.
 *
 * @param trustDomain the own one, which {@code cluster.local} stands for
 * @param application as registered
 * @param http whether there are requests
 */
public record Destination(TrustDomain trustDomain, Address application, boolean http) {}

/**
 * What would be decided, without a proxy: policies are compiled to Envoy's filters as for a
 * sidecar, read as a sidecar reads them, and held by the same engine against a request that nobody
 * sent. No I/O; called by the command line, by the agent's API, and for cases of policies.
 */
@NullMarked
package dev.weft.policy.istio.decide;

import org.jspecify.annotations.NullMarked;

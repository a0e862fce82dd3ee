/**
 * The cluster's certificate authority: a root and an intermediate of the trust domain {@code
 * <cluster>.<mesh>}, the signing of workload certificates (SPIFFE X.509-SVID), the agent's own
 * certificate, and the trust in others' certificates. Thread-safe; called by the xDS port's gRPC
 * threads and the composition root. The authority's keys never leave {@code ca/authority.pem}.
 */
@NullMarked
package dev.weft.agent.ca;

import org.jspecify.annotations.NullMarked;

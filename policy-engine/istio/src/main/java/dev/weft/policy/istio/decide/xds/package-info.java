/**
 * Filters that policies were compiled to, read back as a sidecar reads them. Pure; called by {@code
 * istio.decide}.
 */
@NullMarked
package dev.weft.policy.istio.decide.xds;

import org.jspecify.annotations.NullMarked;

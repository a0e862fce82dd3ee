/**
 * From Istio's security kinds to Envoy's filters: which resources hold for a workload, and what
 * they mean on one of its filter chains. Pure; called by the compiler's slices, and for the filters
 * by the agent's {@code compile.listener}. What is meant is written down in {@code docs/policy.md}.
 */
@NullMarked
package dev.weft.policy.istio.compile;

import org.jspecify.annotations.NullMarked;

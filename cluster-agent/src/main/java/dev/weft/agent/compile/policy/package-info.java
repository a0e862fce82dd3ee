/**
 * From Istio's security kinds to Envoy's filters: which resources hold for a workload, and what
 * they mean on one of its filter chains. Pure; called by the compiler's slices, and for the filters
 * by {@code compile.listener}. What is meant is written down in {@code docs/policy.md}.
 */
@NullMarked
package dev.weft.agent.compile.policy;

import org.jspecify.annotations.NullMarked;

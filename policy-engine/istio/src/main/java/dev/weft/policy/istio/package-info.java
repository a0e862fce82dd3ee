/**
 * Who may do what, as operators write it: Istio's three security kinds, read. Immutable, any
 * thread. Read by {@code istio.read}, compiled by {@code istio.compile}.
 */
@NullMarked
package dev.weft.policy.istio;

import org.jspecify.annotations.NullMarked;

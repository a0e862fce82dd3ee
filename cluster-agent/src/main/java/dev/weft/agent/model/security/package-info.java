/**
 * Who may do what, as operators write it: Istio's three security kinds, read. Immutable, any
 * thread. Written by {@code model.validate.security}, compiled by {@code compile.policy}.
 */
@NullMarked
package dev.weft.agent.model.security;

import org.jspecify.annotations.NullMarked;

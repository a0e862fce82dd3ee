/** Policies held against requests: the same cases for everything that enforces policies. */
@NullMarked
package dev.weft.agent.policycases;

import org.jspecify.annotations.NullMarked;

/**
 * Policies as cases: requests, and what policies are expected to decide on them. Read from files or
 * carried by the policies themselves, run without a proxy. No I/O; called by the command line and
 * by the agent before it takes a policy. The format is described in {@code docs/policy.md}.
 */
@NullMarked
package dev.weft.policy.istio.cases;

import org.jspecify.annotations.NullMarked;

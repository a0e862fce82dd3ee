/**
 * Authorization: a sealed rule tree and decisions that explain themselves. Immutable, no I/O, any
 * thread. Called by the data plane for each connection and request (RBAC) and by the policy server
 * for each request.
 */
@NullMarked
package dev.weft.policy.authz;

import org.jspecify.annotations.NullMarked;

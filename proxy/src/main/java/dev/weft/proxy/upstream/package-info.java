/**
 * Upstreams and their hosts, as one worker sees them: made from snapshots, hosts stay the same
 * across updates, priorities and balancers follow health. Loop-confined; called by {@code
 * http.router} and {@code tcp} to get a host. What must count for the process is in {@code
 * upstream.shared}.
 */
@NullMarked
package dev.weft.proxy.upstream;

import org.jspecify.annotations.NullMarked;

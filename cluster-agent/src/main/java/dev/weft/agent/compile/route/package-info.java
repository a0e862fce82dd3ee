/** The route configuration of a sidecar's outbound listener. Pure; called by the compiler only. */
@NullMarked
package dev.weft.agent.compile.route;

import org.jspecify.annotations.NullMarked;

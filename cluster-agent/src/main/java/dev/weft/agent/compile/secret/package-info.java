/** Trust bundles, and how TLS contexts refer to them. Pure; called by the compiler only. */
@NullMarked
package dev.weft.agent.compile.secret;

import org.jspecify.annotations.NullMarked;

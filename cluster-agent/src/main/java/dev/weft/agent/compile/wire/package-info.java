/** The small values that resources are made of. Pure; called by the compiler only. */
@NullMarked
package dev.weft.agent.compile.wire;

import org.jspecify.annotations.NullMarked;

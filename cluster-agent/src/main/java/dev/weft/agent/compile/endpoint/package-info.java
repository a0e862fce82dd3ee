/** Load assignments. Pure; called by the compiler only. */
@NullMarked
package dev.weft.agent.compile.endpoint;

import org.jspecify.annotations.NullMarked;

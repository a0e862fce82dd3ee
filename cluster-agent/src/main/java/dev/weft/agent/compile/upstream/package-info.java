/** Upstreams (xDS clusters). Pure; called by the compiler only. */
@NullMarked
package dev.weft.agent.compile.upstream;

import org.jspecify.annotations.NullMarked;

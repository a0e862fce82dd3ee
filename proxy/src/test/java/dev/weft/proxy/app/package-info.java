/** Whole nodes against an agent on real sockets. */
@NullMarked
package dev.weft.proxy.app;

import org.jspecify.annotations.NullMarked;

/** The sidecar: an xDS client in front of a Netty data plane; see the packages below. */
@NullMarked
package dev.weft.proxy;

import org.jspecify.annotations.NullMarked;

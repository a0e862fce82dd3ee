/** An agent for tests, and the client against it over real sockets. */
@NullMarked
package dev.weft.proxy.xds;

import org.jspecify.annotations.NullMarked;

/** An agent and the proxies that it configures, whole, in one process and on real sockets. */
@NullMarked
package dev.weft.bench.mesh;

import org.jspecify.annotations.NullMarked;

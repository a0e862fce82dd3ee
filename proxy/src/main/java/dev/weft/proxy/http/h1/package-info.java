/**
 * HTTP/1.1 towards peers that dialled us. On the connection's event loop; set up by {@code
 * listener}, calling the router's {@link dev.weft.proxy.http.DownstreamStream.Acceptor}.
 *
 * <p>What is not here: the idle time of a stream, route and attempt time-outs, and answers to
 * well-formed requests; they are the router's. A request that is not well-formed never reaches it.
 */
@NullMarked
package dev.weft.proxy.http.h1;

import org.jspecify.annotations.NullMarked;

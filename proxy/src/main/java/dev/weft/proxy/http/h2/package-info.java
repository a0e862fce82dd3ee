/**
 * HTTP/2 towards peers that dialled us. On the connection's event loop; set up by {@code listener},
 * calling the router's {@link dev.weft.proxy.http.DownstreamStream.Acceptor}.
 */
@NullMarked
package dev.weft.proxy.http.h2;

import org.jspecify.annotations.NullMarked;

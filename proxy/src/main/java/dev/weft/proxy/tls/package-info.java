/**
 * Who we are and whom we believe: the node's own certificate and its renewal, and the verification
 * of a peer's. Everything here is immutable or owned by the control thread; verification is called
 * by any worker during a handshake.
 */
@NullMarked
package dev.weft.proxy.tls;

import org.jspecify.annotations.NullMarked;

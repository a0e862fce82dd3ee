package dev.weft.proxy.http.h1;

/** What a connection's next bytes are. */
enum Reading {
  HEAD,
  BODY,
  /** The request is complete; what follows on the wire waits for the response's end. */
  NOTHING,
  /** What follows on the wire waits for the answer that begins another protocol. */
  UPGRADING,
  /** Handed to the tunnel behind. */
  UPGRADED,
  /** Only until the peer is gone. */
  DISCARD
}

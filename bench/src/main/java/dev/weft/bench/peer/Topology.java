package dev.weft.bench.peer;

/** What stands between the load and the backend. */
public enum Topology {
  /** One proxy; plain HTTP/1.1 on both sides. */
  HTTP1,
  /** One proxy; HTTP/2 without TLS on both sides. */
  HTTP2,
  /** Two proxies: plain HTTP/1.1, HTTP/2 over mutual TLS between them, plain HTTP/1.1. */
  PAIR,
  /**
   * As {@link #PAIR}; the server's proxy wants a token and holds {@link PolicyRules} against it.
   */
  POLICY,
  /** One proxy that terminates mutual TLS; plain HTTP/1.1 behind it. */
  INBOUND,
  /** One proxy that copies bytes. */
  TCP
}

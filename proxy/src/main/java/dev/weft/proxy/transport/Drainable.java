package dev.weft.proxy.transport;

/** A connection that can be told to end. Called on its event loop. */
public interface Drainable {

  /**
   * Takes nothing new and ends once what is in flight has ended; the peer is told in the protocol's
   * way. Called a second time it also ends a connection on which nothing is in flight, which may
   * cost a request that is on its way.
   */
  void drain();
}

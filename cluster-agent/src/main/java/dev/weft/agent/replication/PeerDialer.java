package dev.weft.agent.replication;

import dev.weft.agent.model.Address;
import dev.weft.agent.model.Peer;
import dev.weft.v1.WatchRequest;
import dev.weft.v1.WatchResponse;

/**
 * The consumer's transport: opens one stream to a peer's agent through one of the peer's gateways.
 * Thread-safe.
 */
public interface PeerDialer {

  /**
   * Begins to connect and returns at once; whatever comes of it is told to the receiver.
   *
   * @throws java.io.IOException when the own credentials or the peer's bundle cannot be used
   */
  Link dial(Peer peer, Address gateway, Receiver receiver) throws java.io.IOException;

  /** An open or opening stream. Thread-safe. */
  interface Link {
    void send(WatchRequest message);

    /** The last message is dealt with: the next one may come. */
    void next();

    /**
     * Ends everything at once, without waiting for the other side. The receiver may still be
     * called.
     */
    void close();
  }

  /** Called on the transport's threads, one call after the other; must not block. */
  interface Receiver {
    void message(WatchResponse message);

    /**
     * The stream is over, or never came about.
     *
     * @param reason for people and the log
     */
    void ended(String reason);
  }
}

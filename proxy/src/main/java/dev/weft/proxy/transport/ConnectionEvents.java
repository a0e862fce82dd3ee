package dev.weft.proxy.transport;

import io.netty.channel.Channel;

/** Told of connections, both ways, to count them. Thread-safe: every worker calls the same one. */
public interface ConnectionEvents {
  /** Counts nothing. */
  ConnectionEvents NONE = new ConnectionEvents() {};

  /** A listener accepted a connection; who counts it follows its close future. */
  default void accepted(String listener, Channel channel) {}

  /** A connection of a listener has TLS. */
  default void secured(String listener, String version, String cipher) {}

  /** A connection to a host is there, with TLS where it is asked for. */
  default void dialled(String upstream, Channel channel) {}
}

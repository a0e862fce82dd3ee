package dev.weft.proxy.tls;

/** Takes the node's certificate, first and at each renewal. */
@FunctionalInterface
public interface TlsMaterialSink {
  /**
   * New handshakes use this from now on; connections that exist keep what they have. Called on the
   * control thread; returns without waiting.
   */
  void publish(TlsMaterial material);
}

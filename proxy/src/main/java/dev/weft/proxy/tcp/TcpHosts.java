package dev.weft.proxy.tcp;

import dev.weft.proxy.config.TcpProxy;
import dev.weft.proxy.failure.Failure;
import dev.weft.proxy.telemetry.AttemptRecord;
import dev.weft.proxy.upstream.pool.HostPool.HostTarget;
import dev.weft.proxy.upstream.pool.UpstreamStream.ConnectFailure;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/** Chooses hosts for TCP connections. Implemented by the router's side; loop-confined. */
@FunctionalInterface
public interface TcpHosts {

  /**
   * A host for the connection. With a host comes an {@link Outcome} that is told how it went, so
   * that connections are counted and a dead host is ejected.
   */
  Choice pick(TcpProxy.Weighted upstream, Downstream downstream);

  /** A host, or why there is none. */
  sealed interface Choice {
    /**
     * Dial this.
     *
     * @param attempt its record, kept by the outcome
     */
    record Host(HostTarget target, Outcome outcome, AttemptRecord attempt) implements Choice {}

    /** Close the downstream connection. */
    record None(Failure failure) implements Choice {}
  }

  /** Told how a chosen host did: one of the first two, and {@link #onClosed} after the first. */
  interface Outcome {
    void onConnected();

    void onConnectFailure(ConnectFailure failure);

    /** Both directions have ended. */
    void onClosed(long bytesToHost, long bytesFromHost);
  }

  /**
   * Facts of the connection that wants a host.
   *
   * @param id grows with each connection of the process
   * @param serverName SNI; empty: none
   * @param peerUri URI SAN of the verified peer; {@code null}: none
   */
  record Downstream(
      long id,
      String listener,
      SocketAddress remoteAddress,
      String serverName,
      @Nullable String peerUri) {}
}

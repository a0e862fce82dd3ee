package dev.weft.proxy.worker;

import dev.weft.proxy.config.Snapshot;
import dev.weft.proxy.http.DownstreamStream;
import dev.weft.proxy.http.filter.authz.AuthorizationChecks;
import dev.weft.proxy.tcp.TcpHosts;
import dev.weft.proxy.telemetry.ConnectionLog;

/**
 * What one worker keeps between its codecs: routes, upstreams, balancers. Implemented above the
 * codecs, made once for each worker on its loop, and only called there.
 */
public interface WorkerState {

  /** Takes the requests of every HTTP connection of the worker. */
  DownstreamStream.Acceptor acceptor();

  /** Chooses hosts for TCP connections. */
  TcpHosts tcpHosts();

  /** Asks services about connections. */
  AuthorizationChecks checks();

  /** Takes connections that have ended. */
  ConnectionLog connectionLog();

  /** Replaces the configuration, before the listeners see it. */
  void onSnapshot(Snapshot snapshot);

  /** The worker ends: stops timers and drains its pools. */
  void close();

  /** Makes the state of each worker. */
  @FunctionalInterface
  interface Factory {
    WorkerState create(WorkerContext context);
  }
}

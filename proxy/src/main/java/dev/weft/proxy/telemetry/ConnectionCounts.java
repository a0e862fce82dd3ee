package dev.weft.proxy.telemetry;

import dev.weft.proxy.transport.ConnectionEvents;
import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;
import javax.net.ssl.SSLSession;

/** Counts connections of listeners and to hosts. Thread-safe. */
public final class ConnectionCounts implements ConnectionEvents {
  private final ProxyMetrics metrics;

  public ConnectionCounts(ProxyMetrics metrics) {
    this.metrics = metrics;
  }

  @Override
  public void accepted(String listener, Channel channel) {
    OpenConnections connections = metrics.accepted(listener);
    if (connections != null) {
      open(connections, channel);
    }
  }

  @Override
  public void secured(String listener, String version, String cipher) {
    OpenConnections connections = metrics.accepted(listener);
    if (connections != null) {
      connections.secured(version, cipher);
    }
  }

  @Override
  public void dialled(String upstream, Channel channel) {
    OpenConnections connections = metrics.upstream(upstream).connections();
    open(connections, channel);
    SslHandler tls = channel.pipeline().get(SslHandler.class);
    if (tls != null) {
      SSLSession session = tls.engine().getSession();
      connections.secured(session.getProtocol(), session.getCipherSuite());
    }
  }

  private static void open(OpenConnections connections, Channel channel) {
    connections.opened();
    channel.closeFuture().addListener(closed -> connections.closed());
  }
}

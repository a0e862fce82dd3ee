package dev.weft.proxy.listener;

import dev.weft.policy.authz.Connection;
import dev.weft.policy.authz.Decision;
import dev.weft.proxy.LoopConfined;
import dev.weft.proxy.config.DownstreamTls;
import dev.weft.proxy.config.FilterChain;
import dev.weft.proxy.config.HttpConnectionManager;
import dev.weft.proxy.config.ListenerConfig;
import dev.weft.proxy.config.NetworkRbac;
import dev.weft.proxy.config.TcpProxy;
import dev.weft.proxy.http.ConnectionFacts;
import dev.weft.proxy.http.h1.H1ServerConnection;
import io.netty.channel.Channel;
import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Takes one accepted connection through chain choice, TLS and network rules to the codec that
 * serves it.
 */
@LoopConfined
final class ConnectionSetup {
  private final AcceptedConnection connection;
  private final Channel channel;
  private final ListenerConfig listener;
  private final ChainTable chains;
  private final ListenerContext context;
  private final Refusals refusals;
  private String serverName = "";
  private @Nullable String peerUri;
  private boolean tls;

  ConnectionSetup(
      AcceptedConnection connection,
      ListenerConfig listener,
      ChainTable chains,
      ListenerContext context,
      Refusals refusals) {
    this.connection = connection;
    this.channel = connection.channel();
    this.listener = listener;
    this.chains = chains;
    this.context = context;
    this.refusals = refusals;
  }

  void begin() {
    choose(List.of());
  }

  private void choose(List<String> alpn) {
    int port = ((InetSocketAddress) channel.localAddress()).getPort();
    FilterChain chain = chains.choose(new ChainTable.Facts(port, serverName, tls, alpn));
    if (chain == null) {
      refuse(Refusal.NO_FILTER_CHAIN, "server name \"" + serverName + "\"");
      return;
    }
    connection.choose(chain);
    DownstreamTls terminate = chain.tls();
    if (terminate == null) {
      admit(chain);
    } else {
      refuse(Refusal.TLS_ERROR, "TLS is not served yet");
    }
  }

  private void admit(FilterChain chain) {
    int port = ((InetSocketAddress) channel.localAddress()).getPort();
    Connection facts = new Connection(peerUri, serverName, port);
    for (NetworkRbac rbac : chain.networkRbac()) {
      Decision decision = rbac.rules() == null ? null : rbac.rules().decide(facts);
      if (decision != null && !decision.allowed()) {
        refuse(Refusal.RBAC_DENIED, peerUri + ": " + decision.reason());
        return;
      }
    }
    switch (chain.terminal()) {
      case HttpConnectionManager http -> serveHttp(http);
      case TcpProxy tcp -> refuse(Refusal.NO_FILTER_CHAIN, "TCP is not served yet");
    }
  }

  private void serveHttp(HttpConnectionManager http) {
    ConnectionFacts facts =
        new ConnectionFacts(
            context.ids().getAsLong(),
            channel.remoteAddress(),
            channel.localAddress(),
            "HTTP/1.1",
            tls,
            serverName,
            peerUri,
            listener.name(),
            http);
    H1ServerConnection codec =
        new H1ServerConnection(
            facts,
            context.acceptor(),
            listener.perConnectionBufferLimitBytes(),
            context.scratch(),
            context.h1Writer());
    connection.serve(codec);
    channel.pipeline().addLast(codec);
  }

  private void refuse(Refusal reason, String detail) {
    refusals.refuse(channel, listener.name(), reason, detail);
  }
}

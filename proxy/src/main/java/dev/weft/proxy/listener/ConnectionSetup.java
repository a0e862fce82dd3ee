package dev.weft.proxy.listener;

import dev.weft.policy.authz.Metadata;
import dev.weft.proxy.LoopConfined;
import dev.weft.proxy.config.DownstreamTls;
import dev.weft.proxy.config.FilterChain;
import dev.weft.proxy.config.HttpConnectionManager;
import dev.weft.proxy.config.ListenerConfig;
import dev.weft.proxy.config.ListenerInspection;
import dev.weft.proxy.config.TcpProxy;
import dev.weft.proxy.failure.Failure;
import dev.weft.proxy.http.ConnectionFacts;
import dev.weft.proxy.http.h1.H1ServerConnection;
import dev.weft.proxy.http.h2.H2ServerConnection;
import dev.weft.proxy.intercept.ClientHello;
import dev.weft.proxy.intercept.FirstBytes;
import dev.weft.proxy.intercept.HttpInspector;
import dev.weft.proxy.intercept.HttpVersionSniffer;
import dev.weft.proxy.intercept.ProxyHeader;
import dev.weft.proxy.intercept.ProxyProtocol;
import dev.weft.proxy.intercept.TlsInspector;
import dev.weft.proxy.tcp.TcpHosts;
import dev.weft.proxy.tcp.TcpSession;
import dev.weft.proxy.tls.PeerIdentity;
import dev.weft.proxy.upstream.pool.Dialer;
import dev.weft.proxy.upstream.pool.HostPool.HostTarget;
import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import javax.net.ssl.SSLSession;
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
  private final Supplier<ChainTable> chains;
  private final ListenerContext context;
  private final Refusals refusals;
  private final ConnectionRecord record;
  private Metadata metadata = Metadata.NONE;
  private @Nullable String alpn;

  ConnectionSetup(
      AcceptedConnection connection,
      ListenerConfig listener,
      Supplier<ChainTable> chains,
      ListenerContext context,
      Refusals refusals) {
    this.connection = connection;
    this.channel = connection.channel();
    this.record = new ConnectionRecord(channel, listener, context.log());
    this.listener = listener;
    this.chains = chains;
    this.context = context;
    this.refusals = refusals;
  }

  void begin() {
    ListenerInspection inspection = listener.inspection();
    if (inspection.proxyProtocol().isEmpty()) {
      inspectTls(inspection);
    } else {
      channel
          .pipeline()
          .addLast(
              new ProxyProtocol(
                  inspection.proxyProtocol(),
                  inspection.proxyOptional(),
                  inspection.timeout(),
                  new Told()));
    }
  }

  private final class Told implements FirstBytes.Listener<ProxyProtocol.Seen> {
    @Override
    public void onDecision(ProxyProtocol.Seen seen) {
      switch (seen) {
        case ProxyProtocol.Seen.Header(ProxyHeader header, int length) -> {
          if (header.source() != null && header.destination() != null) {
            record.proxied(header.source(), header.destination());
          }
          inspectTls(listener.inspection());
        }
        case ProxyProtocol.Seen.Nothing nothing -> inspectTls(listener.inspection());
        case ProxyProtocol.Seen.Refused(String why) -> refuse(Refusal.PROXY_HEADER, why);
      }
    }

    @Override
    public void onGivenUp(String why) {
      refuse(Refusal.PROXY_HEADER, why);
    }
  }

  private void inspectTls(ListenerInspection inspection) {
    if (inspection.tls()) {
      channel
          .pipeline()
          .addLast(
              new TlsInspector(
                  inspection.timeout(), inspection.continueOnTimeout(), new Inspection()));
    } else {
      inspectHttp(inspection);
    }
  }

  private void inspectHttp(ListenerInspection inspection) {
    if (inspection.http()) {
      channel
          .pipeline()
          .addLast(
              new HttpInspector(
                  inspection.timeout(), inspection.continueOnTimeout(), new HttpInspection()));
    } else {
      choose(List.of());
    }
  }

  private final class HttpInspection implements FirstBytes.Listener<String> {
    @Override
    public void onDecision(String protocol) {
      choose(protocol.isEmpty() ? List.of() : List.of(protocol));
    }

    @Override
    public void onGivenUp(String why) {
      refuse(Refusal.INSPECTION, why);
    }
  }

  private final class Inspection implements FirstBytes.Listener<TlsInspector.Seen> {
    @Override
    public void onDecision(TlsInspector.Seen seen) {
      switch (seen) {
        case TlsInspector.Seen.Tls(ClientHello hello) -> {
          record.tls(hello.serverName());
          choose(hello.alpn());
        }
        case TlsInspector.Seen.Plaintext plaintext -> inspectHttp(listener.inspection());
        case TlsInspector.Seen.Malformed malformed ->
            refuse(Refusal.TLS_ERROR, "not a ClientHello");
      }
    }

    @Override
    public void onGivenUp(String why) {
      refuse(Refusal.INSPECTION, why);
    }
  }

  private void choose(List<String> alpn) {
    FilterChain chain =
        chains
            .get()
            .choose(
                new ChainTable.Facts(
                    record.localPort(), record.serverName(), record.isTls(), alpn));
    if (chain == null) {
      refuseUnmatched();
      return;
    }
    connection.choose(chain);
    record.chosen(chain, channel);
    DownstreamTls terminate = chain.tls();
    if (terminate == null) {
      admit();
    } else {
      handshake(terminate, chain.handshake());
    }
  }

  private void refuseUnmatched() {
    if (record.isTls()) {
      refuse(Refusal.UNKNOWN_SERVER_NAME, "server name \"" + record.serverName() + "\"");
    } else if (chains.get().tlsOnly()) {
      refuse(Refusal.PLAINTEXT, "no chain for plaintext");
    } else {
      refuse(Refusal.NO_FILTER_CHAIN, "no chain matches");
    }
  }

  private void handshake(DownstreamTls terminate, Duration limit) {
    SslHandler handler = context.tls().server(terminate, channel.alloc());
    if (handler == null) {
      refuse(Refusal.TLS_ERROR, "no certificate yet");
      return;
    }
    handler.setHandshakeTimeoutMillis(limit.toMillis());
    record.tls(record.serverName());
    channel
        .pipeline()
        .addLast(
            handler,
            new TlsOutcome(
                () -> {
                  record.secured(handler);
                  SSLSession session = handler.engine().getSession();
                  context
                      .refusals()
                      .secured(listener.name(), session.getProtocol(), session.getCipherSuite());
                  alpn = handler.applicationProtocol();
                  guard(session);
                  proved(handler, terminate.params().validationSecret());
                  admit();
                },
                cause -> refuse(HandshakeFailures.of(cause), HandshakeFailures.detail(cause))));
  }

  private void proved(SslHandler handler, String validationSecret) {
    X509Certificate leaf = PeerIdentity.leafOf(handler);
    if (leaf != null) {
      connection.proved(
          validationSecret,
          leaf,
          () ->
              refusals.note(
                  record.refused(Refusal.REVOKED),
                  "serial " + leaf.getSerialNumber().toString(16)));
    }
  }

  private void guard(SSLSession session) {
    if (!session.getProtocol().equals("TLSv1.3")) {
      channel
          .pipeline()
          .addLast(
              new RenegotiationGuard(
                  cause -> refuse(Refusal.RENEGOTIATION, String.valueOf(cause.getMessage()))));
    }
  }

  private void admit() {
    new Admission(
            connection,
            listener.name(),
            listener.perConnectionBufferLimitBytes(),
            record,
            refusals,
            context,
            this::serve)
        .begin();
  }

  private void serve(FilterChain chain, Metadata said) {
    metadata = said;
    switch (chain.terminal()) {
      case HttpConnectionManager http -> serveHttp(http);
      case TcpProxy tcp -> serveTcp(tcp);
    }
  }

  private void serveTcp(TcpProxy tcp) {
    TcpHosts.Downstream facts =
        new TcpHosts.Downstream(
            context.ids().getAsLong(),
            listener.name(),
            record.remoteAddress(),
            record.serverName(),
            record.peerUri());
    TcpProxy.Weighted upstream = tcp.upstream(facts.id());
    record.passed(facts.id(), upstream.upstream());
    switch (pickHost(upstream, facts)) {
      case TcpHosts.Choice.Host first -> {
        record.begun();
        connection.serve(
            TcpSession.start(
                channel, tcp, this::dialer, () -> pickHost(upstream, facts), record, first));
      }
      case TcpHosts.Choice.None(Failure failure) ->
          refuse(Refusal.NO_HOST, upstream.upstream() + ": " + failure.label());
    }
  }

  private TcpHosts.Choice pickHost(TcpProxy.Weighted upstream, TcpHosts.Downstream facts) {
    TcpHosts.Choice choice = context.tcpHosts().pick(upstream, facts);
    switch (choice) {
      case TcpHosts.Choice.Host host -> record.attempt(host.attempt());
      case TcpHosts.Choice.None(Failure failure) -> record.unserved(failure);
    }
    return choice;
  }

  private Dialer dialer(HostTarget target) {
    ProxyHeader from =
        record.remoteAddress() instanceof InetSocketAddress source
                && record.localAddress() instanceof InetSocketAddress destination
            ? new ProxyHeader(source, destination)
            : null;
    return new Dialer(
        context.loop(), context.transport(), target, context.tls(), context.refusals(), from);
  }

  private void serveHttp(HttpConnectionManager http) {
    connection.limit(http.protocols().connections().longest());
    switch (http.codec()) {
      case HTTP1 -> serveHttp1(http);
      case HTTP2 -> serveHttp2(http);
      case AUTO -> {
        if (alpn == null) {
          channel
              .pipeline()
              .addLast(new HttpVersionSniffer(http.requestHeadersTimeout(), new Sniffing()));
        } else if (alpn.equals("h2")) {
          serveHttp2(http);
        } else {
          serveHttp1(http);
        }
      }
    }
  }

  private final class Sniffing implements FirstBytes.Listener<Boolean> {
    @Override
    public void onDecision(Boolean http2) {
      // As it is by now: a peer may have said nothing for long.
      HttpConnectionManager http =
          (HttpConnectionManager) Objects.requireNonNull(connection.chain()).terminal();
      if (http2) {
        serveHttp2(http);
      } else {
        serveHttp1(http);
      }
    }

    @Override
    public void onGivenUp(String why) {
      // A peer that connects and says nothing does no harm and is not counted as refused.
      channel.close();
    }
  }

  private void serveHttp1(HttpConnectionManager http) {
    connection.serve(
        H1ServerConnection.serve(
            channel,
            facts("HTTP/1.1", http),
            context.acceptor(),
            listener.perConnectionBufferLimitBytes(),
            context.scratch(),
            context.h1Writer()));
  }

  private void serveHttp2(HttpConnectionManager http) {
    connection.serve(
        H2ServerConnection.serve(
            channel,
            facts("HTTP/2", http),
            context.acceptor(),
            listener.perConnectionBufferLimitBytes()));
  }

  private ConnectionFacts facts(String protocol, HttpConnectionManager http) {
    long id = connection.number(context.ids().getAsLong());
    record.served(protocol, id, channel);
    return new ConnectionFacts(
        id,
        record.remoteAddress(),
        record.localAddress(),
        protocol,
        record.isTls(),
        record.serverName(),
        record.peerUri(),
        listener.name(),
        record.transport(),
        listener.outbound(),
        http,
        record.policyFacts(),
        metadata);
  }

  private void refuse(Refusal reason, String detail) {
    refusals.refuse(channel, record.refused(reason), detail);
  }
}

package dev.weft.proxy.listener;

import dev.weft.policy.authz.Connection;
import dev.weft.policy.authz.Decision;
import dev.weft.proxy.LoopConfined;
import dev.weft.proxy.config.AccessLogConfig;
import dev.weft.proxy.config.FilterChain;
import dev.weft.proxy.config.ListenerConfig;
import dev.weft.proxy.config.LogType;
import dev.weft.proxy.config.TcpLogTimes;
import dev.weft.proxy.config.TcpProxy;
import dev.weft.proxy.failure.Failure;
import dev.weft.proxy.http.PolicyFacts;
import dev.weft.proxy.http.filter.authz.ConnectionCheck;
import dev.weft.proxy.tcp.TcpSession;
import dev.weft.proxy.telemetry.AttemptRecord;
import dev.weft.proxy.telemetry.ConnectionLog;
import dev.weft.proxy.telemetry.LoggedConnection;
import dev.weft.proxy.telemetry.RequestRecord;
import dev.weft.proxy.telemetry.TransportFacts;
import dev.weft.proxy.tls.PeerIdentity;
import dev.weft.proxy.tls.PeerNames;
import dev.weft.proxy.upstream.pool.UpstreamStream.ConnectFailure;
import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * What is known of one accepted connection, gathered while it is set up, and told to the access
 * logs when it has ended, or on its way as well. Where nobody logs connections it holds facts and
 * nothing more happens.
 */
@LoopConfined
final class ConnectionRecord implements LoggedConnection, TcpSession.Observer {
  private final ListenerConfig listener;
  private final ConnectionLog log;
  private final long startMillis;
  private final long startNanos;
  private final List<AttemptRecord> attempts = new ArrayList<>(0);
  private final SocketAddress direct;
  private SocketAddress remote;
  private SocketAddress local;
  private boolean tls;
  private String serverName = "";
  private @Nullable String peerUri;
  private Connection.@Nullable Peer peer;
  private Connection.@Nullable Peer own;
  private TransportFacts transport = TransportFacts.NONE;
  private List<AccessLogConfig> chainLogs = List.of();
  private TcpLogTimes times = TcpLogTimes.END;
  private String protocol = "";
  private String termination = "";
  private String details = "";
  private String upstream = "";
  private @Nullable Failure failure;
  private boolean exhausted;
  private @Nullable WireBytes bytes;
  private long id;
  private boolean followed;
  private boolean session;

  ConnectionRecord(Channel channel, ListenerConfig listener, ConnectionLog log) {
    this.listener = listener;
    this.log = log;
    this.direct = channel.remoteAddress();
    this.remote = direct;
    this.local = channel.localAddress();
    this.startMillis = log.millis();
    this.startNanos = log.nanos();
    if (!listener.accessLogs().isEmpty()) {
      follow(channel);
    }
  }

  private void follow(Channel channel) {
    if (!followed) {
      followed = true;
      channel
          .closeFuture()
          .addListener(closed -> {
            if (!session) {
              ended(bytes == null ? 0 : bytes.received(), bytes == null ? 0 : bytes.sent());
            }
          });
    }
  }

  /** A PROXY header says who speaks to whom. */
  void proxied(SocketAddress source, SocketAddress destination) {
    remote = source;
    local = destination;
  }

  /** TLS was seen, or is expected. */
  void tls(String asked) {
    tls = true;
    serverName = asked;
  }

  boolean isTls() {
    return tls;
  }

  /** A chain was chosen. */
  void chosen(FilterChain chain, Channel channel) {
    transport = transport.in(chain.name());
    if (chain.terminal() instanceof TcpProxy tcp && !tcp.accessLogs().isEmpty()) {
      chainLogs = tcp.accessLogs();
      times = tcp.logTimes();
      follow(channel);
    }
  }

  /** The handshake is over. */
  void secured(SslHandler handshaken) {
    SSLSession session = handshaken.engine().getSession();
    peer = PeerNames.of(handshaken);
    own = PeerNames.shownTo(handshaken);
    peerUri = PeerIdentity.uriOf(handshaken);
    transport =
        transport.secured(
            session.getProtocol(), session.getCipherSuite(), PeerIdentity.leafOf(handshaken));
  }

  /** The connection is refused. */
  Refusal.Connection refused(Refusal reason) {
    if (transport.chain().isEmpty() && reason.unmatched()) {
      failure = Failure.NO_ROUTE;
      details = "filter_chain_not_found";
    } else if (reason == Refusal.EXT_AUTHZ_DENIED || reason == Refusal.EXT_AUTHZ_ERROR) {
      failure =
          reason == Refusal.EXT_AUTHZ_DENIED ? Failure.EXT_AUTHZ_DENIED : Failure.EXT_AUTHZ_ERROR;
      details = failure.label();
    } else if (reason.handshake()) {
      transport = transport.failed("TLS_error:" + reason.label());
    }
    return refusal(reason, null);
  }

  /** The port connected to. */
  int localPort() {
    return ((InetSocketAddress) local).getPort();
  }

  /** Rules deny it. */
  Refusal.Connection denied(NetworkRules.Denial denial) {
    termination = denial.details();
    return refusal(denial.reason(), denial.decision());
  }

  private Refusal.Connection refusal(Refusal reason, @Nullable Decision decision) {
    return new Refusal.Connection(
        listener.name(), reason, remote, tls, serverName, peerUri, decision);
  }

  /** Who was denied, and why. */
  String told(NetworkRules.Denial denial) {
    return peerUri + ": " + denial.decision().reason();
  }

  /** What rules look at. */
  Connection policyFacts() {
    return PolicyFacts.of(peer, serverName, direct, remote, local);
  }

  /** What an authorization service is asked about. */
  ConnectionCheck.Asked asked() {
    return new ConnectionCheck.Asked(this, peer, own);
  }

  /** HTTP is served on it. */
  void served(String by, long connectionId, Channel channel) {
    protocol = by;
    id = connectionId;
    if (!listener.accessLogs().isEmpty()) {
      WireBytes counter = new WireBytes();
      bytes = counter;
      channel.pipeline().addLast(counter);
    }
  }

  /** Bytes are passed on to an upstream; the session tells when it has ended. */
  void passed(long connectionId, String to) {
    id = connectionId;
    upstream = to;
  }

  /** The session has begun. */
  void begun() {
    session = true;
  }

  /** A host was chosen. */
  void attempt(AttemptRecord attempt) {
    attempts.add(attempt);
  }

  /** No host was to be had. */
  void unserved(Failure why) {
    failure = why;
    if (why == Failure.NO_UPSTREAM) {
      upstream = "";
    }
  }

  @Override
  public void onConnected() {
    if (times.connected()) {
      log.lines(chainLogs, LogType.TCP_CONNECTED, record(0, 0), this);
    }
  }

  @Override
  public void onInterval(long received, long sent) {
    log.lines(chainLogs, LogType.TCP_PERIODIC, record(received, sent), this);
  }

  @Override
  public void onOutlived() {
    failure = Failure.STREAM_DURATION;
  }

  @Override
  public void onUnconnected(ConnectFailure last, boolean noneLeft) {
    exhausted = noneLeft;
    failure =
        switch (last.kind()) {
          case TLS -> Failure.UPSTREAM_TLS;
          case OVERFLOW -> Failure.OVERFLOW;
          case REFUSED, TIMEOUT, UNREACHABLE, OTHER -> Failure.CONNECT_FAILED;
        };
  }

  @Override
  public void onEnded(long received, long sent) {
    ended(received, sent);
  }

  private void ended(long received, long sent) {
    RequestRecord record = record(received, sent);
    if (session) {
      log.decided(record);
    }
    log.lines(listener.accessLogs(), LogType.CONNECTION, record, this);
    log.lines(chainLogs, LogType.TCP_END, record, this);
  }

  /** What is known by now. */
  private RequestRecord record(long received, long sent) {
    RequestRecord record =
        new RequestRecord(
            startMillis,
            startNanos,
            id,
            listener.name(),
            remote,
            peerUri,
            tls ? "TLS" : "TCP",
            "",
            serverName,
            "");
    record.routed("", upstream);
    record.details(details);
    attempts.forEach(record::attempt);
    if (failure != null) {
      record.failure(failure);
    }
    if (exhausted) {
      record.retriesExhausted();
    }
    record.bytesIn(received);
    record.bytesOut(sent);
    record.end(log.nanos());
    return record;
  }

  @Override
  public SocketAddress remoteAddress() {
    return remote;
  }

  @Override
  public SocketAddress localAddress() {
    return local;
  }

  @Override
  public String protocol() {
    return protocol;
  }

  @Override
  public String serverName() {
    return serverName;
  }

  @Override
  public @Nullable String peerUri() {
    return peerUri;
  }

  @Override
  public TransportFacts transport() {
    return transport;
  }

  @Override
  public String termination() {
    return termination;
  }

  @Override
  public boolean whole() {
    return true;
  }
}

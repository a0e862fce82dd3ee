package dev.weft.agent.replication;

import dev.weft.agent.model.Address;
import dev.weft.agent.model.Peer;
import dev.weft.agent.model.ServerNames;
import dev.weft.policy.identity.SpiffeId;
import dev.weft.v1.FederationGrpc;
import dev.weft.v1.WatchRequest;
import dev.weft.v1.WatchResponse;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Dials over mutual TLS 1.3: the gateway is told {@code agent.<cluster>.<mesh>} as server name and
 * passes the connection through, so the handshake is with the peer's agent itself. Each dial is a
 * channel of its own with today's SVID; none is ever reused. Thread-safe; callbacks come on the
 * event loop.
 */
public final class GrpcPeerDialer implements PeerDialer {

  private static final int LARGEST_MESSAGE = 8 << 20;

  private final EventLoopGroup loops;
  private final ClientTls tls;
  private final Duration connectTimeout;

  /**
   * @param loops NIO event loops; not closed here
   * @param tls asked at each dial
   * @param connectTimeout of TCP
   */
  public GrpcPeerDialer(EventLoopGroup loops, ClientTls tls, Duration connectTimeout) {
    this.loops = loops;
    this.tls = tls;
    this.connectTimeout = connectTimeout;
  }

  @Override
  public Link dial(Peer peer, Address gateway, Receiver receiver) throws IOException {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress(gateway.host(), gateway.port())
            .eventLoopGroup(loops)
            .channelType(NioSocketChannel.class)
            .withOption(
                ChannelOption.CONNECT_TIMEOUT_MILLIS, Math.toIntExact(connectTimeout.toMillis()))
            .overrideAuthority(ServerNames.agent(peer.trustDomain().name()))
            .sslContext(tls.towards(PeerIdentity.agentOf(peer.trustDomain())))
            .maxInboundMessageSize(LARGEST_MESSAGE)
            .disableRetry()
            .directExecutor()
            .build();
    GrpcLink link = new GrpcLink(channel, receiver);
    FederationGrpc.newStub(channel).watch(link);
    return link;
  }

  /** Makes the client's TLS for one dial. */
  @FunctionalInterface
  public interface ClientTls {
    /**
     * @param expected the one identity that the server may have, vouched for by its own trust
     *     domain's roots
     * @throws IOException when the own credentials cannot be used
     */
    SslContext towards(SpiffeId expected) throws IOException;
  }

  private static final class GrpcLink
      implements Link, ClientResponseObserver<WatchRequest, WatchResponse> {
    private final ManagedChannel channel;
    private final Receiver receiver;
    private volatile @Nullable ClientCallStreamObserver<WatchRequest> call;

    GrpcLink(ManagedChannel channel, Receiver receiver) {
      this.channel = channel;
      this.receiver = receiver;
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<WatchRequest> requests) {
      requests.disableAutoRequestWithInitial(1);
      call = requests;
    }

    @Override
    public void send(WatchRequest message) {
      ClientCallStreamObserver<WatchRequest> open = call;
      if (open != null) {
        open.onNext(message);
      }
    }

    @Override
    public void next() {
      ClientCallStreamObserver<WatchRequest> open = call;
      if (open != null) {
        open.request(1);
      }
    }

    @Override
    public void close() {
      ClientCallStreamObserver<WatchRequest> open = call;
      if (open != null) {
        open.cancel("closed by the consumer", null);
      }
      channel.shutdownNow();
    }

    @Override
    public void onNext(WatchResponse message) {
      receiver.message(message);
    }

    @Override
    public void onError(Throwable t) {
      receiver.ended(describe(t));
      channel.shutdownNow();
    }

    @Override
    public void onCompleted() {
      receiver.ended("the origin ended the stream");
      channel.shutdownNow();
    }

    private static String describe(Throwable t) {
      Status status = Status.fromThrowable(t);
      Throwable cause = status.getCause();
      for (int depth = 0; depth < 10 && cause != null && cause.getCause() != null; depth++) {
        cause = cause.getCause();
      }
      String text =
          status.getCode()
              + (status.getDescription() == null ? "" : ": " + status.getDescription());
      return cause == null ? text : text + " (" + cause.getMessage() + ")";
    }
  }
}

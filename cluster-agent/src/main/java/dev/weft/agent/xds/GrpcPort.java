package dev.weft.agent.xds;

import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.ServerInterceptor;
import io.grpc.netty.NettyServerBuilder;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * The agent's one gRPC port. Calls run on virtual threads, so a service may block on the disk; dead
 * clients are found by HTTP/2 pings. Thread-safe.
 */
public final class GrpcPort implements AutoCloseable {
  private static final int LARGEST_MESSAGE = 4 * 1024 * 1024;
  private static final int LARGEST_METADATA = 16 * 1024;
  private static final int CALLS_PER_CONNECTION = 64;

  private final Server server;
  private final ExecutorService calls;

  private GrpcPort(Server server, ExecutorService calls) {
    this.server = server;
    this.calls = calls;
  }

  /**
   * Binds and serves.
   *
   * @param interceptors the first one sees a call first
   * @throws IOException when the address cannot be bound
   */
  public static GrpcPort open(
      InetSocketAddress address,
      SslContext tls,
      List<ServerInterceptor> interceptors,
      List<BindableService> services)
      throws IOException {
    ExecutorService calls =
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("weft-grpc-", 0).factory());
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(address)
            .sslContext(tls)
            .executor(calls)
            .maxInboundMessageSize(LARGEST_MESSAGE)
            .maxInboundMetadataSize(LARGEST_METADATA)
            .maxConcurrentCallsPerConnection(CALLS_PER_CONNECTION)
            .handshakeTimeout(10, TimeUnit.SECONDS)
            .keepAliveTime(5, TimeUnit.SECONDS)
            .keepAliveTimeout(5, TimeUnit.SECONDS)
            .permitKeepAliveTime(500, TimeUnit.MILLISECONDS)
            .permitKeepAliveWithoutCalls(true);
    // gRPC runs the interceptor added last first.
    interceptors.reversed().forEach(builder::intercept);
    services.forEach(builder::addService);
    try {
      return new GrpcPort(builder.build().start(), calls);
    } catch (IOException e) {
      calls.close();
      throw new IOException("cannot listen on " + address + ": " + e.getMessage(), e);
    }
  }

  /** The port bound. */
  public int port() {
    return server.getPort();
  }

  /** Ends streams and connections; waits at most two seconds. */
  @Override
  public void close() {
    server.shutdownNow();
    try {
      if (!server.awaitTermination(2, TimeUnit.SECONDS)) {
        calls.shutdownNow();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    calls.shutdown();
  }
}

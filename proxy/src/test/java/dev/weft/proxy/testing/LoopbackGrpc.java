package dev.weft.proxy.testing;

import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** gRPC servers that only this machine reaches. */
public final class LoopbackGrpc {
  private LoopbackGrpc() {}

  /**
   * One that is yet to be told what it serves.
   *
   * @param port 0: a free one
   */
  public static NettyServerBuilder on(int port) {
    return NettyServerBuilder.forAddress(
        new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
  }

  /** Serves at once, without TLS, on a free port. */
  public static Server serve(BindableService service) {
    try {
      return on(0).addService(service).build().start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

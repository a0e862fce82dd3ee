package dev.weft.bench.proxy;

import dev.weft.proxy.config.HttpConnectionManager;
import dev.weft.proxy.http.DownstreamConnection;
import dev.weft.proxy.http.DownstreamStream;
import dev.weft.proxy.http.HeaderList;
import dev.weft.proxy.http.ResetReason;
import dev.weft.proxy.http.ResponseHead;
import io.netty.buffer.ByteBuf;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/** A caller that takes every answer and does nothing with it. */
final class IdleCaller implements DownstreamStream, DownstreamConnection {
  private final HttpConnectionManager config;
  private final SocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);

  IdleCaller(HttpConnectionManager config) {
    this.config = config;
  }

  @Override
  public DownstreamConnection connection() {
    return this;
  }

  @Override
  public void inform(ResponseHead head) {}

  @Override
  public void respond(ResponseHead head, boolean end) {}

  @Override
  public void data(ByteBuf data, boolean end) {
    data.release();
  }

  @Override
  public void trailers(HeaderList trailers) {}

  @Override
  public void reset(ResetReason reason) {}

  @Override
  public boolean writable() {
    return true;
  }

  @Override
  public void consumed(int bytes) {}

  @Override
  public long id() {
    return 1;
  }

  @Override
  public SocketAddress remoteAddress() {
    return address;
  }

  @Override
  public SocketAddress localAddress() {
    return address;
  }

  @Override
  public String protocol() {
    return "HTTP/1.1";
  }

  @Override
  public String serverName() {
    return "";
  }

  @Override
  public @Nullable String peerUri() {
    return null;
  }

  @Override
  public String listener() {
    return "outbound";
  }

  @Override
  public HttpConnectionManager config() {
    return config;
  }
}

package dev.weft.proxy.http.router;

import dev.weft.proxy.config.HttpConnectionManager;
import dev.weft.proxy.http.DownstreamConnection;
import dev.weft.proxy.http.DownstreamStream;
import dev.weft.proxy.http.HeaderList;
import dev.weft.proxy.http.ResetReason;
import dev.weft.proxy.http.ResponseHead;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A caller whose every event is played by the test. */
final class FakeDownstream implements DownstreamStream, DownstreamConnection {
  private final HttpConnectionManager config;
  final StringBuilder body = new StringBuilder();
  final List<ResponseHead> informed = new ArrayList<>();
  DownstreamStream.Events events;
  ResponseHead head;
  HeaderList trailers;
  ResetReason reset;
  boolean ended;
  boolean writable = true;
  int consumed;

  FakeDownstream(HttpConnectionManager config) {
    this.config = config;
  }

  int status() {
    return head == null ? 0 : head.status();
  }

  void send(String text, boolean end) {
    events.onData(Unpooled.copiedBuffer(text, StandardCharsets.UTF_8), end);
  }

  @Override
  public DownstreamConnection connection() {
    return this;
  }

  @Override
  public void inform(ResponseHead informational) {
    informed.add(informational);
  }

  @Override
  public void respond(ResponseHead response, boolean end) {
    if (head != null) {
      throw new IllegalStateException("two responses");
    }
    head = response;
    ended = end;
  }

  @Override
  public void data(ByteBuf data, boolean end) {
    if (head == null || ended) {
      throw new IllegalStateException("data out of order");
    }
    body.append(new String(ByteBufUtil.getBytes(data), StandardCharsets.UTF_8));
    data.release();
    ended = end;
  }

  @Override
  public void trailers(HeaderList last) {
    trailers = last;
    ended = true;
  }

  @Override
  public void reset(ResetReason reason) {
    reset = reason;
  }

  @Override
  public boolean writable() {
    return writable;
  }

  @Override
  public void consumed(int bytes) {
    consumed += bytes;
  }

  @Override
  public long id() {
    return 1;
  }

  @Override
  public SocketAddress remoteAddress() {
    return new InetSocketAddress("127.0.0.1", 40000);
  }

  @Override
  public SocketAddress localAddress() {
    return new InetSocketAddress("127.0.0.1", 15002);
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
  public String peerUri() {
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

package dev.weft.bench.load;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/** What the clients on Netty have in common: one event loop for a run, and how its end is told. */
final class Clients {
  /** Largest answer that is put together, bytes. */
  static final int LARGEST = 4 * 1024 * 1024;

  private static final int PATIENCE_SECONDS = 15;

  private Clients() {}

  /** Runs on an event loop of its own, which ends with it. */
  static LoadResult run(
      int seconds, Function<EventLoop, io.netty.util.concurrent.Future<LoadResult>> client)
      throws IOException {
    EventLoopGroup group = new EpollEventLoopGroup(1);
    try {
      return client.apply(group.next()).get(seconds + PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw new IOException(e.getCause());
    } catch (TimeoutException e) {
      throw new IOException("the load did not end in time", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } finally {
      group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }
  }

  static Bootstrap bootstrap(EventLoop loop) {
    return new Bootstrap()
        .group(loop)
        .channel(EpollSocketChannel.class)
        .option(ChannelOption.TCP_NODELAY, true);
  }

  static FullHttpRequest get(String host, String path) {
    FullHttpRequest request =
        new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, path);
    request.headers().set(HttpHeaderNames.HOST, host);
    return request;
  }

  /** Latencies of a run, nanoseconds. One thread. */
  static final class Latencies {
    private long[] nanos = new long[16_384];
    private int count;

    void add(long value) {
      if (count == nanos.length) {
        nanos = Arrays.copyOf(nanos, 2 * count);
      }
      nanos[count++] = value;
    }

    LoadResult result(long errors, long elapsedNanos) {
      double[] micros = Arrays.stream(nanos, 0, count).mapToDouble(n -> n / 1e3).sorted().toArray();
      return new LoadResult(
          count,
          errors,
          elapsedNanos / 1e9,
          H2load.percentile(micros, 0.5),
          H2load.percentile(micros, 0.99));
    }
  }
}

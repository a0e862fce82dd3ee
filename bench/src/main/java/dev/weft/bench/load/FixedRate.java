package dev.weft.bench.load;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.util.concurrent.Promise;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * HTTP/1.1 at a fixed rate: an open loop, evenly spaced, latency counted from when a request was
 * due. Neither wrk (closed loop) nor h2load (sends all connections' requests at once) does that.
 *
 * @param perSecond requests per second
 * @param connections kept alive; a request that finds none free waits, and its wait counts
 * @param host the {@code Host} header
 * @param path what is asked for
 */
public record FixedRate(int perSecond, int connections, String host, String path) implements Load {
  @Override
  public LoadResult run(int port, int seconds) throws IOException {
    return Clients.run(seconds, loop -> new Run(loop, seconds).start(port));
  }

  /** One run; everything on its event loop. */
  private final class Run {
    private final EventLoop loop;
    private final Promise<LoadResult> end;
    private final long interval = TimeUnit.SECONDS.toNanos(1) / perSecond;
    private final long total;
    private final ArrayDeque<Channel> free = new ArrayDeque<>();
    private final ArrayDeque<Long> waiting = new ArrayDeque<>();
    private final Clients.Latencies latencies = new Clients.Latencies();
    private long begin;
    private long issued;
    private long finished;
    private long errors;
    private int open;

    Run(EventLoop loop, int seconds) {
      this.loop = loop;
      this.end = loop.newPromise();
      this.total = (long) perSecond * seconds;
    }

    Promise<LoadResult> start(int port) {
      for (int i = 0; i < connections; i++) {
        Clients.bootstrap(loop)
            .handler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    channel
                        .pipeline()
                        .addLast(
                            new HttpClientCodec(),
                            new HttpObjectAggregator(Clients.LARGEST),
                            new Answers());
                  }
                })
            .connect("127.0.0.1", port)
            .addListener(connected -> {
              if (!connected.isSuccess()) {
                end.tryFailure(connected.cause());
              }
            });
      }
      return end;
    }

    private void opened(Channel channel) {
      free.add(channel);
      if (++open == connections) {
        begin = System.nanoTime();
        tick();
      }
    }

    private void tick() {
      long now = System.nanoTime();
      while (issued < total && begin + issued * interval - now <= 0) {
        waiting.add(begin + issued * interval);
        issued++;
      }
      send();
      if (issued < total) {
        loop.schedule(
            this::tick, begin + issued * interval - System.nanoTime(), TimeUnit.NANOSECONDS);
      }
    }

    private void send() {
      while (!waiting.isEmpty() && !free.isEmpty()) {
        Channel channel = free.poll();
        channel.pipeline().get(Answers.class).due = waiting.poll();
        channel.writeAndFlush(Clients.get(host, path), channel.voidPromise());
      }
    }

    private void finished(boolean good, long due) {
      long now = System.nanoTime();
      finished++;
      if (good) {
        latencies.add(now - due);
      } else {
        errors++;
      }
      if (finished == total) {
        end.trySuccess(latencies.result(errors, now - begin));
      }
    }

    private final class Answers extends SimpleChannelInboundHandler<FullHttpResponse> {
      private @Nullable Long due;

      @Override
      public void channelActive(ChannelHandlerContext context) {
        opened(context.channel());
      }

      @Override
      protected void channelRead0(ChannelHandlerContext context, FullHttpResponse response) {
        Long was = due;
        due = null;
        if (was != null) {
          free.addFirst(context.channel());
          finished(response.status().code() == 200, was);
          send();
        }
      }

      @Override
      public void channelInactive(ChannelHandlerContext context) {
        end.tryFailure(new IOException("the proxy closed a connection"));
      }
    }
  }
}

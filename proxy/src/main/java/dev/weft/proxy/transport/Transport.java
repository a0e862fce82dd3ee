package dev.weft.proxy.transport;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.unix.UnixChannelOption;
import java.net.StandardSocketOptions;
import java.util.concurrent.ThreadFactory;

/** The kind of event loops and sockets. Thread-safe. */
public enum Transport {
  EPOLL {
    @Override
    public EventLoopGroup loops(int count, ThreadFactory threads) {
      return new EpollEventLoopGroup(count, threads);
    }

    @Override
    public Class<? extends ServerChannel> serverChannel() {
      return EpollServerSocketChannel.class;
    }

    @Override
    public Class<? extends Channel> channel() {
      return EpollSocketChannel.class;
    }

    @Override
    public ChannelOption<Boolean> reusePort() {
      return UnixChannelOption.SO_REUSEPORT;
    }

    @Override
    public boolean peerHasClosed(Channel channel) {
      return channel instanceof EpollSocketChannel epoll
          && channel.isOpen()
          && epoll.tcpInfo().state() != TCP_ESTABLISHED;
    }

    @Override
    public boolean peerHasReset(Channel channel) {
      return channel instanceof EpollSocketChannel epoll
          && channel.isOpen()
          && epoll.tcpInfo().state() == TCP_CLOSE;
    }
  },

  NIO {
    @Override
    public EventLoopGroup loops(int count, ThreadFactory threads) {
      return new NioEventLoopGroup(count, threads);
    }

    @Override
    public Class<? extends ServerChannel> serverChannel() {
      return NioServerSocketChannel.class;
    }

    @Override
    public Class<? extends Channel> channel() {
      return NioSocketChannel.class;
    }

    @Override
    public ChannelOption<Boolean> reusePort() {
      return NioChannelOption.of(StandardSocketOptions.SO_REUSEPORT);
    }

    @Override
    public boolean peerHasClosed(Channel channel) {
      return false;
    }

    @Override
    public boolean peerHasReset(Channel channel) {
      return false;
    }
  };

  /** {@code TCP_ESTABLISHED} of Linux' {@code tcp_states.h}. */
  private static final int TCP_ESTABLISHED = 1;

  private static final int TCP_CLOSE = 7;

  /** The best kind that works here. */
  public static Transport best() {
    return Epoll.isAvailable() ? EPOLL : NIO;
  }

  /** Makes event loops, whose threads start with their first task. */
  public abstract EventLoopGroup loops(int count, ThreadFactory threads);

  public abstract Class<? extends ServerChannel> serverChannel();

  public abstract Class<? extends Channel> channel();

  /**
   * Lets several sockets listen on one port; the kernel spreads connections over them. Every Unix
   * that the proxy runs on has it.
   */
  public abstract ChannelOption<Boolean> reusePort();

  /**
   * Whether the kernel already knows that the peer has closed the connection, although the event
   * loop was not told yet: asked before a request that must not be repeated goes out on a
   * connection that was idle. One system call; false where the transport cannot say.
   */
  public abstract boolean peerHasClosed(Channel channel);

  /**
   * Whether the kernel knows that the peer reset the connection, be it after an ordinary end: what
   * was sent last was then not read. {@code false} where the kernel cannot be asked.
   */
  public abstract boolean peerHasReset(Channel channel);
}

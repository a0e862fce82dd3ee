package dev.weft.proxy.xds;

import dev.weft.policy.match.StringMatcher;
import dev.weft.proxy.config.HostPort;
import dev.weft.proxy.config.SanMatcher;
import dev.weft.proxy.config.SanMatcher.SanType;
import dev.weft.proxy.config.TrustContext;
import dev.weft.proxy.tls.SpiffeTrustManager;
import dev.weft.proxy.tls.SpiffeVerifier;
import dev.weft.proxy.tls.TlsMaterial;
import io.grpc.ManagedChannel;
import io.grpc.NameResolver;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.net.URI;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;
import jdk.net.ExtendedSocketOptions;
import org.jspecify.annotations.Nullable;

/**
 * Makes gRPC channels to agents: TLS 1.3, the agent known by its SPIFFE id under the own trust
 * domain's roots. One channel per attempt and address, so that whoever uses it decides what is
 * tried next. Thread-safe.
 */
public final class AgentChannels {
  private static final int MAX_MESSAGE = 64 * 1024 * 1024;
  private static final int CONNECT_MILLIS = 2_000;

  /** The JDK's would cost a starting node a quarter of a second: BoringSSL is compiled already. */
  private static final SslProvider PROVIDER =
      SslProvider.isAlpnSupported(SslProvider.OPENSSL) ? SslProvider.OPENSSL : SslProvider.JDK;

  private static final String SCHEME = "weft";

  private final AgentEndpoint agent;
  private final String trustDomain;
  private final EventLoopGroup loop;
  private final Executor executor;
  private final InstantSource clock;
  private final HostNames names;
  private final AtomicInteger opened = new AtomicInteger();

  /**
   * @param trustDomain the own
   * @param loop NIO, one thread is enough
   * @param executor runs callbacks: the control thread
   * @param names of agents, asked anew for each channel
   */
  public AgentChannels(
      AgentEndpoint agent,
      String trustDomain,
      EventLoopGroup loop,
      Executor executor,
      InstantSource clock,
      HostNames names) {
    this.agent = agent;
    this.trustDomain = trustDomain;
    this.loop = loop;
    this.executor = executor;
    this.clock = clock;
    this.names = names;
  }

  /** The agents that channels can be made to. */
  public AgentEndpoint agent() {
    return agent;
  }

  /**
   * A channel to one of the agents' addresses, or, where that is a name, to whichever of its
   * addresses takes the connection; nothing is looked up or dialled before its first call. The
   * caller shuts it down.
   *
   * @param roots the own trust domain's
   * @param own shown to the agent; {@code null}: no client certificate
   */
  public ManagedChannel open(
      HostPort address, List<X509Certificate> roots, @Nullable TlsMaterial own) {
    int first = opened.getAndIncrement();
    NettyChannelBuilder builder = NettyChannelBuilder.forTarget(SCHEME + ":///agent");
    resolve(builder, () -> new AgentAddresses(address, names, first));
    return builder
        .overrideAuthority(agent.serverName())
        .sslContext(tls(roots, own))
        .eventLoopGroup(loop)
        .channelType(NioSocketChannel.class)
        .executor(executor)
        .maxInboundMessageSize(MAX_MESSAGE)
        .withOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
        // A peer that vanished without a word is noticed by the kernel within five seconds, one
        // that hangs by HTTP/2 PINGs:
        // ten seconds is the shortest interval that grpc-java allows.
        .withOption(ChannelOption.SO_KEEPALIVE, true)
        .withOption(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPIDLE), 2)
        .withOption(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPINTERVAL), 1)
        .withOption(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPCOUNT), 3)
        .keepAliveTime(10, TimeUnit.SECONDS)
        .keepAliveTimeout(3, TimeUnit.SECONDS)
        .keepAliveWithoutCalls(false)
        .disableRetry()
        .build();
  }

  /** The way without a deprecated method is a registry for the whole process, tests included. */
  @SuppressWarnings("deprecation")
  private static void resolve(NettyChannelBuilder builder, Supplier<NameResolver> resolver) {
    builder.nameResolverFactory(
        new NameResolver.Factory() {
          @Override
          public NameResolver newNameResolver(URI target, NameResolver.Args args) {
            return resolver.get();
          }

          @Override
          public String getDefaultScheme() {
            return SCHEME;
          }
        });
  }

  private SslContext tls(List<X509Certificate> roots, @Nullable TlsMaterial own) {
    SanMatcher identity =
        new SanMatcher(SanType.URI, new StringMatcher.Exact(agent.identity(), false));
    SpiffeVerifier verifier =
        new SpiffeVerifier(TrustContext.of(trustDomain, roots), List.of(identity), clock);
    SslContextBuilder builder =
        GrpcSslContexts.configure(SslContextBuilder.forClient(), PROVIDER)
            .protocols("TLSv1.3")
            .trustManager(new SpiffeTrustManager(verifier));
    if (own != null) {
      builder.keyManager(own.key(), own.chain());
    }
    try {
      return builder.build();
    } catch (SSLException e) {
      throw new IllegalStateException("cannot set up TLS towards the agent", e);
    }
  }
}

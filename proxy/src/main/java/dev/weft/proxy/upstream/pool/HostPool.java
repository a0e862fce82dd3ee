package dev.weft.proxy.upstream.pool;

import dev.weft.proxy.config.HostPort;
import dev.weft.proxy.config.Http1Settings;
import dev.weft.proxy.config.Http2Settings;
import dev.weft.proxy.config.ProxyVersion;
import dev.weft.proxy.config.UpstreamConfig;
import dev.weft.proxy.config.UpstreamTls;
import dev.weft.proxy.http.RequestHead;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Connections of one worker to one host, with one way of dialling it. Loop-confined. */
public interface HostPool {

  /**
   * Opens an attempt on a free connection, or on a new one.
   *
   * @param end whether the request has neither body nor trailers
   * @return ends the attempt while no stream has started; afterwards without effect
   */
  Pending open(RequestHead head, boolean end, UpstreamStream.Events events);

  /**
   * The pool for requests of one kind of caller; differs only where the upstream speaks what its
   * callers do.
   */
  default HostPool towards(boolean http2Caller) {
    return this;
  }

  /** No new attempts here: idle connections close now, busy ones when their streams have ended. */
  void drain();

  /** Connections open or being opened. */
  int connections();

  /** An attempt that waits for a connection. */
  @FunctionalInterface
  interface Pending {
    /** Withdraws it; no events follow. */
    void cancel();
  }

  /** Made by {@code transport}'s owner; one pool for each worker and host. */
  @FunctionalInterface
  interface Factory {
    HostPool create(HostTarget target);

    /** The same for connections that count. */
    default HostPool create(HostTarget target, ConnectionLimit limit) {
      return create(target);
    }
  }

  /**
   * All that is needed to dial a host.
   *
   * @param tls {@code null}: plaintext
   * @param sni server name to send; empty: none
   * @param proxyProtocol PROXY header that goes before everything; {@code null}: none
   */
  record HostTarget(
      String upstream,
      HostPort address,
      @Nullable UpstreamTls tls,
      String sni,
      UpstreamConfig.HttpProtocol protocol,
      Http1Settings http1,
      Http2Settings http2,
      Duration connectTimeout,
      int bufferLimitBytes,
      @Nullable ProxyVersion proxyProtocol) {

    /** The same spoken to in another way. */
    HostTarget speaking(UpstreamConfig.HttpProtocol other) {
      return new HostTarget(
          upstream,
          address,
          tls,
          sni,
          other,
          http1,
          http2,
          connectTimeout,
          bufferLimitBytes,
          proxyProtocol);
    }

    /** Without a PROXY header. */
    public HostTarget(
        String upstream,
        HostPort address,
        @Nullable UpstreamTls tls,
        String sni,
        UpstreamConfig.HttpProtocol protocol,
        Http1Settings http1,
        Http2Settings http2,
        Duration connectTimeout,
        int bufferLimitBytes) {
      this(
          upstream,
          address,
          tls,
          sni,
          protocol,
          http1,
          http2,
          connectTimeout,
          bufferLimitBytes,
          null);
    }
  }
}

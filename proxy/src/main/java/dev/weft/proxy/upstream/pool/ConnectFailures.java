package dev.weft.proxy.upstream.pool;

import dev.weft.policy.svid.SvidFault;
import dev.weft.proxy.tls.PeerRefusedException;
import dev.weft.proxy.upstream.pool.UpstreamStream.ConnectFailure;
import io.netty.channel.ConnectTimeoutException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Exceptions of a connection attempt as failures. Stateless. */
final class ConnectFailures {
  private ConnectFailures() {}

  static ConnectFailure of(@Nullable Throwable cause) {
    String detail = cause == null || cause.getMessage() == null ? "" : cause.getMessage();
    ConnectFailure.Kind kind =
        switch (cause) {
          case NoRouteToHostException unreachable -> ConnectFailure.Kind.UNREACHABLE;
          case ConnectTimeoutException timeout -> ConnectFailure.Kind.TIMEOUT;
          case ConnectException refused when detail.contains("nreachable") ->
              ConnectFailure.Kind.UNREACHABLE;
          case ConnectException refused when detail.contains("timed out") ->
              ConnectFailure.Kind.TIMEOUT;
          case ConnectException refused -> ConnectFailure.Kind.REFUSED;
          case null, default -> ConnectFailure.Kind.OTHER;
        };
    return new ConnectFailure(kind, detail);
  }

  /** Of a handshake: the detail is the reason as metrics name it, where there is one. */
  static ConnectFailure ofHandshake(Throwable cause) {
    String detail =
        PeerRefusedException.faultIn(cause)
            .map(SvidFault::label)
            .orElseGet(() -> cause instanceof SSLException ? "tls_error" : "closed_by_peer");
    return new ConnectFailure(ConnectFailure.Kind.TLS, detail);
  }
}

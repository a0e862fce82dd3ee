package dev.weft.bench.peer;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.envoyproxy.envoy.config.accesslog.v3.AccessLog;
import io.envoyproxy.envoy.config.core.v3.SubstitutionFormatString;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.extensions.access_loggers.file.v3.FileAccessLog;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy;
import java.nio.file.Path;
import java.util.Map;

/** Gives Envoy's listeners a JSON access log that says what Weft's own says, as far as it can. */
final class EnvoyAccessLog {
  private static final Map<String, String> FIELDS =
      Map.ofEntries(
          Map.entry("ts", "%START_TIME%"),
          Map.entry("request_id", "%REQ(X-REQUEST-ID)%"),
          Map.entry("method", "%REQ(:METHOD)%"),
          Map.entry("authority", "%REQ(:AUTHORITY)%"),
          Map.entry("path", "%REQ(:PATH)%"),
          Map.entry("protocol", "%PROTOCOL%"),
          Map.entry("status", "%RESPONSE_CODE%"),
          Map.entry("flag", "%RESPONSE_FLAGS%"),
          Map.entry("duration_ms", "%DURATION%"),
          Map.entry("bytes_in", "%BYTES_RECEIVED%"),
          Map.entry("bytes_out", "%BYTES_SENT%"),
          Map.entry("route", "%ROUTE_NAME%"),
          Map.entry("upstream", "%UPSTREAM_CLUSTER%"),
          Map.entry("host", "%UPSTREAM_HOST%"),
          Map.entry("attempts", "%UPSTREAM_REQUEST_ATTEMPT_COUNT%"),
          Map.entry("peer", "%DOWNSTREAM_PEER_URI_SAN%"),
          Map.entry("downstream", "%DOWNSTREAM_REMOTE_ADDRESS%"),
          Map.entry("connection", "%CONNECTION_ID%"));

  private EnvoyAccessLog() {}

  /** The resource, with access logs when it is a listener. */
  static Resources.Named added(Resources.Named one, Path file)
      throws InvalidProtocolBufferException {
    if (!one.resource().is(Listener.class)) {
      return one;
    }
    Listener.Builder listener = one.resource().unpack(Listener.class).toBuilder();
    for (FilterChain.Builder chain : listener.getFilterChainsBuilderList()) {
      for (Filter.Builder filter : chain.getFiltersBuilderList()) {
        Any config = filter.getTypedConfig();
        if (config.is(HttpConnectionManager.class)) {
          filter.setTypedConfig(
              Any.pack(
                  config.unpack(HttpConnectionManager.class).toBuilder()
                      .addAccessLog(log(file))
                      .build()));
        } else if (config.is(TcpProxy.class)) {
          filter.setTypedConfig(
              Any.pack(config.unpack(TcpProxy.class).toBuilder().addAccessLog(log(file)).build()));
        }
      }
    }
    return new Resources.Named(one.name(), Any.pack(listener.build()));
  }

  private static AccessLog log(Path file) {
    Struct.Builder format = Struct.newBuilder();
    FIELDS.forEach(
        (key, value) -> format.putFields(key, Value.newBuilder().setStringValue(value).build()));
    return AccessLog.newBuilder()
        .setName("envoy.access_loggers.file")
        .setTypedConfig(
            Any.pack(
                FileAccessLog.newBuilder()
                    .setPath(file.toString())
                    .setLogFormat(SubstitutionFormatString.newBuilder().setJsonFormat(format))
                    .build()))
        .build();
  }
}

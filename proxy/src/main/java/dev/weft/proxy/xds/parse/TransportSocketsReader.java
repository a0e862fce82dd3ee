package dev.weft.proxy.xds.parse;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.weft.policy.xds.Problems;
import dev.weft.proxy.config.ProxyVersion;
import dev.weft.proxy.config.TransportSockets;
import dev.weft.proxy.config.TransportSockets.Match;
import dev.weft.proxy.config.UpstreamTls;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.TransportSocket;
import io.envoyproxy.envoy.extensions.transport_sockets.proxy_protocol.v3.ProxyProtocolUpstreamTransport;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** {@code transport_socket} and {@code transport_socket_matches} of a cluster. */
final class TransportSocketsReader {
  private TransportSocketsReader() {}

  static TransportSockets read(Cluster proto, Problems problems) {
    TransportSocket socket = proto.getTransportSocket();
    Problems socketAt = problems.field("transport_socket");
    ProxyVersion version = null;
    if (TypedConfigs.unpack(socket.getTypedConfig())
        instanceof ProxyProtocolUpstreamTransport outer) {
      socketAt = socketAt.field("typed_config");
      version = version(outer, socketAt.field("config"));
      socketAt = socketAt.field("transport_socket");
      if (!outer.hasTransportSocket()) {
        socketAt.add("is required");
      }
      if (proto.getTransportSocketMatchesCount() > 0) {
        socketAt.add("is not supported beside transport_socket_matches");
      }
      socket = outer.getTransportSocket();
    }
    UpstreamTls fallback = proto.hasTransportSocket() ? TlsReader.upstream(socket, socketAt) : null;
    List<Match> matches = new ArrayList<>();
    for (int i = 0; i < proto.getTransportSocketMatchesCount(); i++) {
      Cluster.TransportSocketMatch match = proto.getTransportSocketMatches(i);
      Problems at = problems.field("transport_socket_matches").item(i);
      if (!match.hasTransportSocket()) {
        at.field("transport_socket").add("is required");
      }
      matches.add(
          new Match(
              match.getName(),
              strings(match.getMatch(), at.field("match")),
              match.hasTransportSocket()
                  ? TlsReader.upstream(match.getTransportSocket(), at.field("transport_socket"))
                  : null));
    }
    return new TransportSockets(matches, fallback, version);
  }

  private static @Nullable ProxyVersion version(
      ProxyProtocolUpstreamTransport proto, Problems problems) {
    return switch (proto.getConfig().getVersion()) {
      case V1 -> ProxyVersion.V1;
      case V2 -> ProxyVersion.V2;
      case UNRECOGNIZED -> {
        problems.field("version").add("is not supported");
        yield null;
      }
    };
  }

  /** A struct of strings; anything else in it is a problem. */
  static Map<String, String> strings(Struct proto, Problems problems) {
    Map<String, String> strings = new TreeMap<>();
    for (Map.Entry<String, Value> entry : proto.getFieldsMap().entrySet()) {
      if (entry.getValue().getKindCase() == Value.KindCase.STRING_VALUE) {
        strings.put(entry.getKey(), entry.getValue().getStringValue());
      } else {
        problems.entry(entry.getKey()).add("expected a string");
      }
    }
    return strings;
  }
}

package dev.weft.proxy.http.router;

import dev.weft.proxy.config.ValueFormat;
import dev.weft.proxy.config.ValueFormat.Part;
import dev.weft.proxy.http.HeaderList;
import dev.weft.proxy.http.RequestHead;
import dev.weft.proxy.http.codec.HttpChars;
import dev.weft.proxy.telemetry.LoggedConnection;
import dev.weft.proxy.telemetry.RequestRecord;
import io.netty.util.NetUtil;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/** What a format string can speak of. */
record ValueScene(RequestHead request, LoggedConnection connection, RequestRecord record) {

  /** The value; empty where what it speaks of is not there or does not fit into a header. */
  String format(ValueFormat format, @Nullable HeaderList response) {
    if (format.parts().size() == 1 && format.parts().get(0) instanceof Part.Text(String text)) {
      return text;
    }
    StringBuilder value = new StringBuilder();
    for (int i = 0; i < format.parts().size(); i++) {
      value.append(part(format.parts().get(i), response));
    }
    // A server name, for one, is whatever the peer sent.
    return HttpChars.isValue(value) ? value.toString() : "";
  }

  private String part(Part part, @Nullable HeaderList response) {
    return switch (part) {
      case Part.Text(String text) -> text;
      case Part.RequestHeader(String name, String otherwise, int most) -> {
        String value = request.field(name);
        value = value == null && !otherwise.isEmpty() ? request.field(otherwise) : value;
        yield cut(value, most);
      }
      case Part.ResponseHeader(String name, String otherwise, int most) -> {
        String value = response == null ? null : response.joined(name);
        value =
            value == null && response != null && !otherwise.isEmpty()
                ? response.joined(otherwise)
                : value;
        yield cut(value, most);
      }
      case Part.Fact fact -> fact(fact, response != null);
    };
  }

  private String fact(Part.Fact fact, boolean answered) {
    return switch (fact) {
      case DOWNSTREAM_REMOTE_ADDRESS -> address(record.remoteAddress(), true, true);
      case DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT -> address(record.remoteAddress(), true, false);
      case DOWNSTREAM_REMOTE_PORT -> address(record.remoteAddress(), false, true);
      case DOWNSTREAM_LOCAL_ADDRESS -> address(connection.localAddress(), true, true);
      case DOWNSTREAM_LOCAL_ADDRESS_WITHOUT_PORT -> address(connection.localAddress(), true, false);
      case DOWNSTREAM_LOCAL_PORT -> address(connection.localAddress(), false, true);
      case DOWNSTREAM_PEER_URI_SAN -> cut(connection.peerUri(), Integer.MAX_VALUE);
      case REQUESTED_SERVER_NAME -> connection.serverName();
      case PROTOCOL -> connection.protocol();
      case ROUTE_NAME -> record.route();
      case UPSTREAM_CLUSTER -> record.upstream();
      case RESPONSE_CODE_DETAILS -> answered ? record.details() : "";
    };
  }

  private static String address(SocketAddress address, boolean host, boolean port) {
    if (!(address instanceof InetSocketAddress inet) || inet.getAddress() == null) {
      return "";
    }
    String ip = NetUtil.toAddressString(inet.getAddress(), true);
    boolean six = ip.indexOf(':') >= 0;
    if (!port) {
      return ip;
    }
    return host ? (six ? "[" + ip + "]:" : ip + ":") + inet.getPort() : "" + inet.getPort();
  }

  private static String cut(@Nullable String value, int most) {
    return value == null ? "" : value.length() <= most ? value : value.substring(0, most);
  }
}

package dev.weft.proxy.http.router;

import dev.weft.proxy.config.LogFormat;
import dev.weft.proxy.config.LogFormat.Part;
import dev.weft.proxy.http.HeaderList;
import dev.weft.proxy.telemetry.AttemptRecord;
import dev.weft.proxy.telemetry.JsonText;
import io.netty.util.NetUtil;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes one line of an access log. */
final class LogLine {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private final LoggedRequest request;
  private final StringBuilder out = new StringBuilder(256);

  private LogLine(LoggedRequest request) {
    this.request = request;
  }

  static String of(LogFormat format, LoggedRequest request) {
    LogLine line = new LogLine(request);
    switch (format) {
      case LogFormat.Text(List<Part> parts) -> line.out.append(line.text(parts, true));
      case LogFormat.Json(LogFormat.Value.Fields root) -> {
        line.fields(root);
        line.out.append('\n');
      }
    }
    return line.out.toString();
  }

  private void fields(LogFormat.Value.Fields fields) {
    char before = '{';
    for (Map.Entry<String, LogFormat.Value> field : fields.fields().entrySet()) {
      out.append(before);
      before = ',';
      JsonText.quote(field.getKey(), out);
      out.append(':');
      value(field.getValue());
    }
    out.append(before == '{' ? "{}" : "}");
  }

  private void value(LogFormat.Value value) {
    switch (value) {
      case LogFormat.Value.Fields nested -> fields(nested);
      case LogFormat.Value.Literal(String json) -> out.append(json);
      case LogFormat.Value.Parts(List<Part> parts) -> {
        if (parts.size() != 1) {
          JsonText.quote(text(parts, false), out);
          return;
        }
        Part part = parts.getFirst();
        String alone = part(part);
        if (alone == null) {
          out.append("null");
        } else if (part instanceof Part.Fact fact && fact.number()) {
          out.append(alone);
        } else {
          JsonText.quote(alone, out);
        }
      }
    }
  }

  /**
   * @param safely whether what a peer sent must not end the line
   */
  private String text(List<Part> parts, boolean safely) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < parts.size(); i++) {
      Part part = parts.get(i);
      String value = part(part);
      if (value == null) {
        text.append('-');
      } else if (safely && !(part instanceof Part.Literal)) {
        for (int k = 0; k < value.length(); k++) {
          char c = value.charAt(k);
          text.append((c < ' ' && c != '\t') || c == 0x7f ? '?' : c);
        }
      } else {
        text.append(value);
      }
    }
    return text.toString();
  }

  private @Nullable String part(Part part) {
    return switch (part) {
      case Part.Literal(String text) -> text;
      case Part.Request(String name, String otherwise, int most) -> {
        if (request.head() == null) {
          yield null;
        }
        String value = request.head().field(name);
        yield cut(
            value == null && !otherwise.isEmpty() ? request.head().field(otherwise) : value, most);
      }
      case Part.Response(String name, String otherwise, int most) ->
          header(
              request.response() == null ? null : request.response().headers(),
              name,
              otherwise,
              most);
      case Part.Trailer(String name, String otherwise, int most) ->
          header(request.trailers(), name, otherwise, most);
      case Part.Fact fact -> fact(fact);
    };
  }

  private static @Nullable String header(
      @Nullable HeaderList headers, String name, String otherwise, int most) {
    if (headers == null) {
      return null;
    }
    String value = headers.joined(name);
    return cut(value == null && !otherwise.isEmpty() ? headers.joined(otherwise) : value, most);
  }

  private static @Nullable String cut(@Nullable String value, int most) {
    return value == null || value.length() <= most ? value : value.substring(0, most);
  }

  private @Nullable String fact(Part.Fact fact) {
    var record = request.record();
    var connection = request.connection();
    return switch (fact) {
      case ACCESS_LOG_TYPE -> request.type().word();
      case START_TIME -> TIME.format(Instant.ofEpochMilli(record.startMillis()));
      case PROTOCOL -> known(connection.protocol());
      case RESPONSE_CODE -> Integer.toString(record.status());
      case RESPONSE_CODE_DETAILS ->
          known(connection.whole() ? record.toldDetails() : record.details());
      case RESPONSE_FLAGS -> record.flags();
      case BYTES_RECEIVED -> Long.toString(record.bytesIn());
      case BYTES_SENT -> Long.toString(record.bytesOut());
      case DURATION -> Long.toString(record.durationNanos() / 1_000_000);
      case ROUTE_NAME -> known(record.route());
      case UPSTREAM_CLUSTER -> known(record.upstream());
      case UPSTREAM_HOST -> {
        List<AttemptRecord> attempts = record.attempts();
        yield attempts.isEmpty() ? null : attempts.getLast().host().toString();
      }
      case UPSTREAM_REQUEST_ATTEMPT_COUNT -> Integer.toString(record.attempts().size());
      case CONNECTION_ID -> Long.toString(record.connection());
      case GRPC_STATUS_NUMBER -> {
        int status = request.grpcStatus(false);
        yield status < 0 ? null : Integer.toString(status);
      }
      case REQUESTED_SERVER_NAME -> known(connection.serverName());
      case CONNECTION_TERMINATION_DETAILS -> known(connection.termination());
      case DOWNSTREAM_TRANSPORT_FAILURE_REASON -> known(connection.transport().failure());
      case UPSTREAM_TRANSPORT_FAILURE_REASON -> {
        List<AttemptRecord> attempts = record.attempts();
        yield attempts.isEmpty() ? null : known(attempts.getLast().connectFailure());
      }
      case TRACE_ID -> record.trace() == null ? null : record.trace().id();
      case FILTER_CHAIN_NAME -> known(connection.transport().chain());
      case DOWNSTREAM_TLS_VERSION -> known(connection.transport().tlsVersion());
      case DOWNSTREAM_TLS_CIPHER -> known(connection.transport().tlsCipher());
      case DOWNSTREAM_PEER_URI_SAN -> connection.peerUri();
      case DOWNSTREAM_REMOTE_ADDRESS -> address(record.remoteAddress(), true, true);
      case DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT -> address(record.remoteAddress(), true, false);
      case DOWNSTREAM_REMOTE_PORT -> address(record.remoteAddress(), false, true);
      case DOWNSTREAM_LOCAL_ADDRESS -> address(connection.localAddress(), true, true);
      case DOWNSTREAM_LOCAL_ADDRESS_WITHOUT_PORT -> address(connection.localAddress(), true, false);
      case DOWNSTREAM_LOCAL_PORT -> address(connection.localAddress(), false, true);
    };
  }

  private static @Nullable String known(String text) {
    return text.isEmpty() ? null : text;
  }

  private static @Nullable String address(SocketAddress address, boolean host, boolean port) {
    if (!(address instanceof InetSocketAddress inet) || inet.getAddress() == null) {
      return null;
    }
    String ip = NetUtil.toAddressString(inet.getAddress(), true);
    if (!host) {
      return Integer.toString(inet.getPort());
    }
    String shown = port && ip.indexOf(':') >= 0 ? "[" + ip + "]" : ip;
    return port ? shown + ":" + inet.getPort() : shown;
  }
}

package dev.weft.proxy.http.filter.authz;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import dev.weft.policy.xds.Structs;
import dev.weft.proxy.config.ExtAuthzSettings;
import dev.weft.proxy.config.FilterSettings.ExtAuthzRoute;
import dev.weft.proxy.http.DownstreamConnection;
import dev.weft.proxy.http.HeaderList;
import dev.weft.proxy.http.RequestHead;
import dev.weft.proxy.http.filter.RequestMetadata;
import io.envoyproxy.envoy.config.core.v3.HeaderMap;
import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.envoyproxy.envoy.service.auth.v3.AttributeContext;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the service is told of a request. Stateless. */
final class CheckRequests {
  static final String PARTIAL = "x-envoy-auth-partial-body";

  private CheckRequests() {}

  /** The whole of it, for gRPC. */
  static CheckRequest of(
      ExtAuthzSettings settings,
      ExtAuthzRoute route,
      RequestHead head,
      DownstreamConnection connection,
      RequestMetadata metadata,
      HeldBody.@Nullable Told body,
      String id,
      Instant now) {
    AttributeContext.HttpRequest.Builder http =
        AttributeContext.HttpRequest.newBuilder()
            .setId(id)
            .setMethod(head.method())
            .setPath(head.path())
            .setHost(head.authority())
            .setScheme(head.scheme())
            .setProtocol(connection.protocol());
    List<HeaderValue> told = headers(settings, head, body);
    if (settings.rawHeaders()) {
      HeaderMap.Builder raw = http.getHeaderMapBuilder();
      told.forEach(header ->
          raw.addHeaders(
              io.envoyproxy.envoy.config.core.v3.HeaderValue.newBuilder()
                  .setKey(header.name())
                  .setRawValue(ByteString.copyFrom(header.value(), ISO_8859_1))));
    } else {
      told.forEach(header -> http.putHeaders(header.name(), utf8(header.value())));
    }
    if (body != null) {
      http.setSize(body.seen());
      if (body.raw()) {
        http.setRawBody(body.bytes());
      } else {
        http.setBody(text(body.bytes()));
      }
    }
    AttributeContext.Builder attributes =
        AttributeContext.newBuilder()
            .setSource(
                Ends.end(connection.remoteAddress(), connection.policyFacts().peer())
                    .setCertificate(
                        settings.peerCertificate()
                            ? PeerCertificates.encoded(connection.transport().peer())
                            : ""))
            .setDestination(Ends.end(connection.localAddress(), null))
            .setRequest(
                AttributeContext.Request.newBuilder()
                    .setTime(
                        Timestamp.newBuilder()
                            .setSeconds(now.getEpochSecond())
                            .setNanos(now.getNano()))
                    .setHttp(http))
            .putAllContextExtensions(route.extensions())
            .setMetadataContext(told(settings, metadata, connection.metadata()))
            .setRouteMetadataContext(Metadata.getDefaultInstance());
    if (settings.tlsSession() && !connection.transport().tlsVersion().isEmpty()) {
      attributes.setTlsSession(
          AttributeContext.TLSSession.newBuilder().setSni(connection.serverName()));
    }
    return CheckRequest.newBuilder().setAttributes(attributes).build();
  }

  /**
   * A header or pseudo-header.
   *
   * @param value each byte a character
   */
  record HeaderValue(String name, String value) {}

  /**
   * Its headers and pseudo-headers that the service may know; unless they are told one by one,
   * those of a name joined.
   */
  static List<HeaderValue> headers(
      ExtAuthzSettings settings, RequestHead head, HeldBody.@Nullable Told body) {
    List<HeaderValue> told = new ArrayList<>();
    tell(settings, told, ":authority", head.authority());
    tell(settings, told, ":method", head.method());
    tell(settings, told, ":path", head.path());
    tell(settings, told, ":scheme", head.scheme());
    HeaderList headers = head.headers();
    for (int i = 0; i < headers.size(); i++) {
      // A caller's own word on what the proxy has read would be a lie.
      if (!headers.name(i).equals(PARTIAL)) {
        tell(settings, told, headers.name(i), headers.value(i));
      }
    }
    if (body != null) {
      told.add(new HeaderValue(PARTIAL, body.partial() ? "true" : "false"));
    }
    return settings.rawHeaders() ? told : joined(told);
  }

  private static List<HeaderValue> joined(List<HeaderValue> told) {
    Map<String, String> byName = new LinkedHashMap<>();
    for (HeaderValue header : told) {
      byName.merge(header.name(), header.value(), (before, more) -> before + "," + more);
    }
    return byName.entrySet().stream()
        .map(header -> new HeaderValue(header.getKey(), header.getValue()))
        .toList();
  }

  private static void tell(
      ExtAuthzSettings settings, List<HeaderValue> told, String name, String value) {
    if (settings.tells(name)) {
      told.add(new HeaderValue(name, value));
    }
  }

  /** Of a header's value, whose bytes need not be UTF-8. */
  private static String utf8(String value) {
    for (int i = 0; i < value.length(); i++) {
      if (value.charAt(i) > 0x7f) {
        return text(ByteString.copyFrom(value, ISO_8859_1));
      }
    }
    return value;
  }

  /** What was said of the request, else of its connection. */
  private static Metadata told(
      ExtAuthzSettings settings,
      dev.weft.policy.authz.Metadata request,
      dev.weft.policy.authz.Metadata connection) {
    Metadata.Builder told = Metadata.newBuilder();
    for (String namespace : settings.namespaces()) {
      Map<String, ?> ofRequest = request.get(namespace);
      Map<String, ?> said = ofRequest == null ? connection.get(namespace) : ofRequest;
      if (said != null) {
        told.putFilterMetadata(namespace, Structs.struct(said));
      }
    }
    return told.build();
  }

  /** UTF-8; what is none becomes exclamation marks, as with Envoy. */
  static String text(ByteString bytes) {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPLACE)
          .onUnmappableCharacter(CodingErrorAction.REPLACE)
          .replaceWith("!")
          .decode(bytes.asReadOnlyByteBuffer())
          .toString();
    } catch (CharacterCodingException e) {
      throw new IllegalStateException(e);
    }
  }
}

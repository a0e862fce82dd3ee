package dev.weft.proxy.http.filter.authz;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import dev.weft.proxy.config.ExtAuthzSettings;
import dev.weft.proxy.config.FilterSettings.ExtAuthzRoute;
import dev.weft.proxy.http.DownstreamConnection;
import dev.weft.proxy.http.HeaderList;
import dev.weft.proxy.http.RequestHead;
import dev.weft.proxy.http.filter.RequestMetadata;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.service.auth.v3.AttributeContext;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import java.net.InetSocketAddress;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
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
            .setProtocol(connection.protocol())
            .putAllHeaders(headers(settings, head, body));
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
            .setSource(peer(connection.remoteAddress(), connection.peerUri()))
            .setDestination(peer(connection.localAddress(), null))
            .setRequest(
                AttributeContext.Request.newBuilder()
                    .setTime(
                        Timestamp.newBuilder()
                            .setSeconds(now.getEpochSecond())
                            .setNanos(now.getNano()))
                    .setHttp(http))
            .putAllContextExtensions(route.extensions())
            .setMetadataContext(told(settings, metadata))
            .setRouteMetadataContext(Metadata.getDefaultInstance());
    if (settings.tlsSession() && !connection.transport().tlsVersion().isEmpty()) {
      attributes.setTlsSession(
          AttributeContext.TLSSession.newBuilder().setSni(connection.serverName()));
    }
    return CheckRequest.newBuilder().setAttributes(attributes).build();
  }

  /** Its headers and pseudo-headers that the service may know, those of a name joined. */
  static Map<String, String> headers(
      ExtAuthzSettings settings, RequestHead head, HeldBody.@Nullable Told body) {
    Map<String, String> told = new LinkedHashMap<>();
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
      told.put(PARTIAL, body.partial() ? "true" : "false");
    }
    return told;
  }

  private static void tell(
      ExtAuthzSettings settings, Map<String, String> told, String name, String value) {
    if (settings.tells(name)) {
      told.merge(name, value, (before, more) -> before + "," + more);
    }
  }

  private static AttributeContext.Peer peer(
      java.net.SocketAddress address, @Nullable String principal) {
    AttributeContext.Peer.Builder peer = AttributeContext.Peer.newBuilder();
    if (address instanceof InetSocketAddress inet && inet.getAddress() != null) {
      peer.setAddress(
          Address.newBuilder()
              .setSocketAddress(
                  SocketAddress.newBuilder()
                      .setAddress(inet.getAddress().getHostAddress())
                      .setPortValue(inet.getPort())));
    }
    return peer.setPrincipal(principal == null ? "" : principal).build();
  }

  private static Metadata told(ExtAuthzSettings settings, RequestMetadata metadata) {
    Metadata.Builder told = Metadata.newBuilder();
    for (String namespace : settings.namespaces()) {
      Map<String, ?> said = metadata.get(namespace);
      if (said != null) {
        told.putFilterMetadata(namespace, JsonValues.struct(said));
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

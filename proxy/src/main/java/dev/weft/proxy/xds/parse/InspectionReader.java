package dev.weft.proxy.xds.parse;

import com.google.protobuf.Message;
import dev.weft.policy.xds.Problems;
import dev.weft.proxy.config.ListenerInspection;
import dev.weft.proxy.config.ProxyVersion;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.extensions.filters.listener.http_inspector.v3.HttpInspector;
import io.envoyproxy.envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol;
import io.envoyproxy.envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;

/** {@code listener_filters}: the PROXY protocol, then the TLS and the HTTP inspector. */
final class InspectionReader {
  private static final Duration TIMEOUT = Duration.ofSeconds(15);

  private InspectionReader() {}

  static ListenerInspection read(Listener proto, Problems problems) {
    Set<ProxyVersion> versions = EnumSet.noneOf(ProxyVersion.class);
    boolean optional = false;
    boolean tls = false;
    boolean http = false;
    Problems at = problems.field("listener_filters");
    for (int i = 0; i < proto.getListenerFiltersCount(); i++) {
      Message typed = TypedConfigs.unpack(proto.getListenerFilters(i).getTypedConfig());
      boolean late = tls || http;
      switch (typed) {
        case ProxyProtocol told -> {
          inOrder(late || !versions.isEmpty(), at.item(i));
          versions.addAll(versions(told, at.item(i).field("typed_config")));
          optional = told.getAllowRequestsWithoutProxyProtocol();
        }
        case TlsInspector inspector -> {
          inOrder(late, at.item(i));
          tls = true;
        }
        case HttpInspector inspector -> {
          inOrder(http, at.item(i));
          http = true;
        }
        case null, default ->
            at.item(i)
                .field("typed_config")
                .add("expected a ProxyProtocol, a TlsInspector or an HttpInspector");
      }
    }
    return new ListenerInspection(
        versions,
        optional,
        tls,
        http,
        Durations.zeroOrMore(
            proto.hasListenerFiltersTimeout(),
            proto.getListenerFiltersTimeout(),
            TIMEOUT,
            problems.field("listener_filters_timeout")),
        proto.getContinueOnListenerFiltersTimeout());
  }

  private static void inOrder(boolean wrong, Problems problems) {
    if (wrong) {
      problems.add("each at most once, in the order ProxyProtocol, TlsInspector, HttpInspector");
    }
  }

  private static Set<ProxyVersion> versions(ProxyProtocol proto, Problems problems) {
    Set<ProxyVersion> versions = EnumSet.allOf(ProxyVersion.class);
    for (var refused : proto.getDisallowedVersionsList()) {
      switch (refused) {
        case V1 -> versions.remove(ProxyVersion.V1);
        case V2 -> versions.remove(ProxyVersion.V2);
        // FieldCheck has reported it already.
        case UNRECOGNIZED -> {}
      }
    }
    if (versions.isEmpty()) {
      problems.field("disallowed_versions").add("leaves none");
    }
    return versions;
  }
}

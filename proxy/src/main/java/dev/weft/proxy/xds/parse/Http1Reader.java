package dev.weft.proxy.xds.parse;

import dev.weft.policy.xds.Problems;
import dev.weft.proxy.config.Http1Settings;
import dev.weft.proxy.http.codec.HttpChars;
import io.envoyproxy.envoy.config.core.v3.Http1ProtocolOptions;

/** {@code Http1ProtocolOptions} of either side. */
final class Http1Reader {
  private Http1Reader() {}

  static Http1Settings downstream(Http1ProtocolOptions proto, Problems problems) {
    String host = proto.getDefaultHostForHttp10();
    if (!host.isEmpty() && !HttpChars.isAuthority(host)) {
      problems.field("default_host_for_http_10").add("is not a host: " + Texts.quoted(host));
    }
    if (!host.isEmpty() && !proto.getAcceptHttp10()) {
      problems.field("default_host_for_http_10").add("needs accept_http_10");
    }
    return new Http1Settings(
        proto.getAcceptHttp10(), host, proto.getEnableTrailers(), proto.getAllowCustomMethods());
  }

  /** Only trailers count towards a host; the rest is about callers. */
  static Http1Settings upstream(Http1ProtocolOptions proto, Problems problems) {
    if (proto.getAcceptHttp10()) {
      problems.field("accept_http_10").add("is supported downstream only");
    }
    if (!proto.getDefaultHostForHttp10().isEmpty()) {
      problems.field("default_host_for_http_10").add("is supported downstream only");
    }
    return new Http1Settings(false, "", proto.getEnableTrailers(), false);
  }
}

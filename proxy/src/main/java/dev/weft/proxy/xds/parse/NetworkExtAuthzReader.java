package dev.weft.proxy.xds.parse;

import dev.weft.policy.xds.MetadataMatcherCodec;
import dev.weft.policy.xds.Problems;
import dev.weft.proxy.config.NetworkExtAuthz;
import io.envoyproxy.envoy.config.core.v3.ApiVersion;
import io.envoyproxy.envoy.extensions.filters.network.ext_authz.v3.ExtAuthz;

/** {@code envoy.filters.network.ext_authz}. */
final class NetworkExtAuthzReader {
  private NetworkExtAuthzReader() {}

  /** Reads one; what it returns counts only when no problems were added. */
  static NetworkExtAuthz read(ExtAuthz proto, Problems problems) {
    if (proto.getTransportApiVersion() != ApiVersion.V3) {
      problems.field("transport_api_version").add("expected V3");
    }
    return new NetworkExtAuthz(
        Texts.required(proto.getStatPrefix(), problems.field("stat_prefix")),
        ExtAuthzServiceReader.grpc(proto.getGrpcService(), problems.field("grpc_service")),
        proto.getFailureModeAllow(),
        proto.getIncludePeerCertificate(),
        proto.getIncludeTlsSession(),
        proto.hasFilterEnabledMetadata()
            ? MetadataMatcherCodec.decode(
                proto.getFilterEnabledMetadata(), problems.field("filter_enabled_metadata"))
            : null);
  }
}

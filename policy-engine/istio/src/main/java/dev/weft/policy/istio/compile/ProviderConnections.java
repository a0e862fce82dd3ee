package dev.weft.policy.istio.compile;

import com.google.protobuf.Any;
import dev.weft.policy.istio.Provider;
import dev.weft.policy.istio.WorkloadHeader;
import io.envoyproxy.envoy.config.core.v3.ApiVersion;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.extensions.filters.network.ext_authz.v3.ExtAuthz;
import java.util.Map;
import java.util.TreeMap;

/**
 * The filter that asks a provider about connections that carry no requests, once for each. It has
 * nothing like {@code context_extensions}, so for whom it asks the call itself says, in a header.
 */
final class ProviderConnections {
  /** In which the RBAC filter of connections tells what it found out, whatever it is called. */
  private static final String RBAC = "envoy.filters.network.rbac";

  private ProviderConnections() {}

  /**
   * The filter.
   *
   * @param provider one that takes connections
   * @param told of the workload
   */
  static Filter filter(Provider provider, Map<String, String> told, Destination destination) {
    Map<String, String> all = new TreeMap<>(told);
    all.put("port", String.valueOf(destination.port()));
    ExtAuthz filter =
        ExtAuthz.newBuilder()
            .setStatPrefix(AuthorizationFilters.NETWORK_PREFIX)
            .setTransportApiVersion(ApiVersion.V3)
            .setFailureModeAllow(provider.failOpen())
            .setIncludeTlsSession(true)
            .setFilterEnabledMetadata(ProviderFilters.matched(RBAC, provider))
            .setGrpcService(
                ProviderFilters.grpc(provider)
                    .addInitialMetadata(
                        HeaderValue.newBuilder()
                            .setKey(WorkloadHeader.NAME)
                            // As it is: a % would begin a command of the proxy's.
                            .setValue(WorkloadHeader.of(all).replace("%", "%%"))))
            .build();
    return Filter.newBuilder()
        .setName(ProviderFilters.name(provider.name()))
        .setTypedConfig(Any.pack(filter))
        .build();
  }
}

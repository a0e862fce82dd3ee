package dev.weft.policy.istio.compile;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import dev.weft.policy.istio.Provider;
import dev.weft.policy.istio.Provider.Protocol;
import dev.weft.policy.istio.Workload;
import io.envoyproxy.envoy.config.core.v3.ApiVersion;
import io.envoyproxy.envoy.config.core.v3.GrpcService;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.config.core.v3.HttpUri;
import io.envoyproxy.envoy.extensions.filters.http.ext_authz.v3.AuthorizationRequest;
import io.envoyproxy.envoy.extensions.filters.http.ext_authz.v3.AuthorizationResponse;
import io.envoyproxy.envoy.extensions.filters.http.ext_authz.v3.BufferSettings;
import io.envoyproxy.envoy.extensions.filters.http.ext_authz.v3.CheckSettings;
import io.envoyproxy.envoy.extensions.filters.http.ext_authz.v3.ExtAuthz;
import io.envoyproxy.envoy.extensions.filters.http.ext_authz.v3.ExtAuthzPerRoute;
import io.envoyproxy.envoy.extensions.filters.http.ext_authz.v3.HttpService;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import io.envoyproxy.envoy.type.matcher.v3.ListStringMatcher;
import io.envoyproxy.envoy.type.matcher.v3.MetadataMatcher;
import io.envoyproxy.envoy.type.v3.HttpStatus;
import io.envoyproxy.envoy.type.v3.StatusCode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The filter that asks a provider about what the rules of its {@code CUSTOM} policies matched: an
 * RBAC filter in front of it holds them as shadow rules, which decide nothing, and tells which one
 * it was.
 */
final class ProviderFilters {
  /** In front of what the shadow rules tell. */
  static final String SHADOW_PREFIX = "istio_ext_authz_";

  private static final String RBAC = "envoy.filters.http.rbac";
  private static final String MATCHED = SHADOW_PREFIX + "shadow_effective_policy_id";
  private static final int MOST_LABELS = 48;

  private ProviderFilters() {}

  /** The name of the filter that asks. */
  static String name(String provider) {
    return "authorization.ask." + provider;
  }

  /**
   * In front of the names of rules: several providers may be asked, and each about its own only.
   */
  static String rulePrefix(String provider) {
    return "istio-ext-authz-" + provider + "-";
  }

  /** The filter that asks. */
  static HttpFilter filter(Provider provider) {
    ExtAuthz.Builder filter =
        ExtAuthz.newBuilder()
            .setTransportApiVersion(ApiVersion.V3)
            .setFailureModeAllow(provider.failOpen())
            .setClearRouteCache(provider.clearRoute())
            .setFilterEnabledMetadata(matched(RBAC, provider));
    if (provider.statusOnError() != 0) {
      filter.setStatusOnError(
          HttpStatus.newBuilder().setCode(StatusCode.forNumber(provider.statusOnError())));
    }
    provider
        .body()
        .ifPresent(body ->
            filter.setWithRequestBody(
                BufferSettings.newBuilder()
                    .setMaxRequestBytes(body.maxBytes())
                    .setAllowPartialMessage(body.partial())
                    .setPackAsBytes(body.asBytes())));
    switch (provider.protocol()) {
      case Protocol.Grpc grpc ->
          filter
              .addMetadataContextNamespaces(TokenFilter.NAME)
              .setIncludeTlsSession(true)
              .setGrpcService(grpc(provider));
      case Protocol.Http http -> {
        filter.setHttpService(http(provider, http));
        if (!http.told().isEmpty()) {
          filter.setAllowedHeaders(headers(http.told()));
        }
      }
    }
    return HttpFilter.newBuilder()
        .setName(name(provider.name()))
        .setTypedConfig(Any.pack(filter.build()))
        .build();
  }

  /**
   * Whether one of the provider's rules matched.
   *
   * @param rbac the namespace in which the filter in front tells it
   */
  static MetadataMatcher matched(String rbac, Provider provider) {
    return Matchers.metadata(
            rbac,
            List.of(MATCHED),
            // With what follows in every rule's name: "a-" may begin another name.
            Matchers.text(Matchers.prefix(rulePrefix(provider.name()) + "ns[")))
        .getMetadataMatcher();
  }

  /** How a provider is asked by gRPC. */
  static GrpcService.Builder grpc(Provider provider) {
    return GrpcService.newBuilder()
        .setTimeout(timeout(provider))
        .setEnvoyGrpc(
            GrpcService.EnvoyGrpc.newBuilder()
                .setClusterName(provider.upstream())
                .setAuthority(provider.authority()));
  }

  private static HttpService http(Provider provider, Protocol.Http http) {
    HttpService.Builder service =
        HttpService.newBuilder()
            .setPathPrefix(http.pathPrefix())
            .setServerUri(
                HttpUri.newBuilder()
                    .setUri("http://" + provider.authority())
                    .setCluster(provider.upstream())
                    .setTimeout(timeout(provider)));
    AuthorizationRequest.Builder request = AuthorizationRequest.newBuilder();
    new TreeMap<>(http.added())
        .forEach((name, value) ->
            // As it is: a % would begin a command of the proxy's.
            request.addHeadersToAdd(
                HeaderValue.newBuilder().setKey(name).setValue(value.replace("%", "%%"))));
    AuthorizationResponse.Builder response = AuthorizationResponse.newBuilder();
    if (!http.toUpstream().isEmpty()) {
      response.setAllowedUpstreamHeaders(headers(http.toUpstream()));
    }
    if (!http.toCallerOnDeny().isEmpty()) {
      response.setAllowedClientHeaders(headers(http.toCallerOnDeny()));
    }
    if (!http.toCallerOnAllow().isEmpty()) {
      response.setAllowedClientHeadersOnSuccess(headers(http.toCallerOnAllow()));
    }
    return service.setAuthorizationRequest(request).setAuthorizationResponse(response).build();
  }

  private static Duration timeout(Provider provider) {
    return Duration.newBuilder()
        .setSeconds(provider.timeoutMillis() / 1_000)
        .setNanos((int) (provider.timeoutMillis() % 1_000) * 1_000_000)
        .build();
  }

  private static ListStringMatcher headers(List<String> names) {
    ListStringMatcher.Builder list = ListStringMatcher.newBuilder();
    names.forEach(name -> list.addPatterns(Matchers.pattern(name).toBuilder().setIgnoreCase(true)));
    return list.build();
  }

  /** What providers are told of a workload. */
  static Map<String, String> told(Workload workload) {
    Map<String, String> told = new HashMap<>();
    workload.labels().entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .limit(MOST_LABELS)
        .forEach(label -> told.put("label." + label.getKey(), label.getValue()));
    told.put("namespace", workload.namespace());
    told.put("service", workload.service());
    return told;
  }

  /** The route's part of the filter: what the provider is told of whom it is asked for. */
  static Any route(Map<String, String> told, int port) {
    return Any.pack(
        ExtAuthzPerRoute.newBuilder()
            .setCheckSettings(
                CheckSettings.newBuilder()
                    .putAllContextExtensions(new TreeMap<>(told))
                    .putContextExtensions("port", String.valueOf(port)))
            .build());
  }
}

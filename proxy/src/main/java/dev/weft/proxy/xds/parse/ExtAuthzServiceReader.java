package dev.weft.proxy.xds.parse;

import dev.weft.policy.match.StringMatcher;
import dev.weft.policy.xds.Problems;
import dev.weft.proxy.config.AuthorizationService;
import dev.weft.proxy.config.HeaderValue.AppendAction;
import dev.weft.proxy.http.codec.HttpChars;
import io.envoyproxy.envoy.config.core.v3.GrpcService;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.config.core.v3.HttpUri;
import io.envoyproxy.envoy.extensions.filters.http.ext_authz.v3.AuthorizationResponse;
import io.envoyproxy.envoy.extensions.filters.http.ext_authz.v3.ExtAuthz;
import io.envoyproxy.envoy.extensions.filters.http.ext_authz.v3.HttpService;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Who an ExtAuthz asks. */
final class ExtAuthzServiceReader {
  /** What an HTTP service is told in any case. */
  private static final List<StringMatcher> ALWAYS =
      Stream.of("authorization", ":method", ":path", ":authority")
          .map(StringMatcher::exact)
          .toList();

  private final Problems problems;

  /**
   * @param problems of the ExtAuthz
   */
  ExtAuthzServiceReader(Problems problems) {
    this.problems = problems;
  }

  AuthorizationService read(ExtAuthz proto) {
    return switch (proto.getServicesCase()) {
      case GRPC_SERVICE -> grpc(proto.getGrpcService(), problems.field("grpc_service"));
      case HTTP_SERVICE -> http(proto.getHttpService(), problems.field("http_service"));
      case SERVICES_NOT_SET -> {
        problems.add("grpc_service or http_service is required");
        yield new AuthorizationService.Grpc("", Duration.ofMillis(200), "", List.of());
      }
    };
  }

  /**
   * What the service is told.
   *
   * @param allowed of the ExtAuthz itself; {@code null}: not set
   */
  @SuppressWarnings("deprecation")
  @Nullable List<StringMatcher> allowed(ExtAuthz proto, @Nullable List<StringMatcher> allowed) {
    if (!proto.hasHttpService()) {
      return allowed;
    }
    var request = proto.getHttpService().getAuthorizationRequest();
    Problems at =
        problems.field("http_service").field("authorization_request").field("allowed_headers");
    List<StringMatcher> all = new ArrayList<>(ALWAYS);
    if (allowed != null) {
      all.addAll(allowed);
      if (request.hasAllowedHeaders()) {
        at.add("is there already, as allowed_headers of the filter");
      }
    }
    all.addAll(ExtAuthzReader.matchers(request.getAllowedHeaders(), at));
    return all;
  }

  static AuthorizationService.Grpc grpc(GrpcService proto, Problems problems) {
    if (!proto.hasEnvoyGrpc()) {
      problems.add("envoy_grpc is required");
    }
    Problems at = problems.field("envoy_grpc");
    String authority = proto.getEnvoyGrpc().getAuthority();
    if (!authority.isEmpty() && !HttpChars.isAuthority(authority)) {
      at.field("authority").add("is not a host: " + Texts.quoted(authority));
    }
    return new AuthorizationService.Grpc(
        Texts.required(proto.getEnvoyGrpc().getClusterName(), at.field("cluster_name")),
        Durations.positive(
            proto.hasTimeout(),
            proto.getTimeout(),
            Duration.ofMillis(200),
            problems.field("timeout")),
        authority,
        headers(proto.getInitialMetadataList(), problems.field("initial_metadata")));
  }

  private static AuthorizationService http(HttpService proto, Problems problems) {
    HttpUri uri = proto.getServerUri();
    Problems at = problems.field("server_uri");
    Texts.required(uri.getUri(), at.field("uri"));
    String prefix = proto.getPathPrefix();
    if (!prefix.isEmpty() && !(prefix.startsWith("/") && HttpChars.isTarget(prefix))) {
      problems.field("path_prefix").add("is not a path: " + Texts.quoted(prefix));
    }
    return new AuthorizationService.Http(
        Texts.required(uri.getCluster(), at.field("cluster")),
        Durations.required(uri.hasTimeout(), uri.getTimeout(), at.field("timeout")),
        prefix,
        headers(
            proto.getAuthorizationRequest().getHeadersToAddList(),
            problems.field("authorization_request").field("headers_to_add")),
        answer(proto.getAuthorizationResponse(), problems.field("authorization_response")));
  }

  private static AuthorizationService.Answer answer(
      AuthorizationResponse proto, Problems problems) {
    return new AuthorizationService.Answer(
        ExtAuthzReader.matchers(
            proto.getAllowedUpstreamHeaders(), problems.field("allowed_upstream_headers")),
        ExtAuthzReader.matchers(
            proto.getAllowedUpstreamHeadersToAppend(),
            problems.field("allowed_upstream_headers_to_append")),
        proto.getAllowedClientHeaders().getPatternsCount() > 0
            ? ExtAuthzReader.matchers(
                proto.getAllowedClientHeaders(), problems.field("allowed_client_headers"))
            : null,
        ExtAuthzReader.matchers(
            proto.getAllowedClientHeadersOnSuccess(),
            problems.field("allowed_client_headers_on_success")),
        ExtAuthzReader.matchers(
            proto.getDynamicMetadataFromHeaders(),
            problems.field("dynamic_metadata_from_headers")));
  }

  private static List<dev.weft.proxy.config.HeaderValue> headers(
      List<HeaderValue> protos, Problems problems) {
    List<dev.weft.proxy.config.HeaderValue> headers = new ArrayList<>();
    for (int i = 0; i < protos.size(); i++) {
      Problems at = problems.item(i);
      headers.add(
          new dev.weft.proxy.config.HeaderValue(
              Texts.headerName(protos.get(i).getKey(), at.field("key")),
              FormatReader.read(protos.get(i).getValue(), at.field("value")),
              AppendAction.OVERWRITE_IF_EXISTS_OR_ADD,
              false));
    }
    return headers;
  }
}

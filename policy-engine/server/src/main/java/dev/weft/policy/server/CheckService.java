package dev.weft.policy.server;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.rpc.Code;
import com.google.rpc.Status;
import dev.weft.policy.authz.Connection;
import dev.weft.policy.authz.Decision;
import dev.weft.policy.authz.Headers;
import dev.weft.policy.authz.Metadata;
import dev.weft.policy.authz.RbacPolicy;
import dev.weft.policy.match.IpAddress;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.service.auth.v3.AttributeContext;
import io.envoyproxy.envoy.service.auth.v3.AuthorizationGrpc;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import io.envoyproxy.envoy.service.auth.v3.DeniedHttpResponse;
import io.envoyproxy.envoy.service.auth.v3.OkHttpResponse;
import io.envoyproxy.envoy.type.v3.HttpStatus;
import io.envoyproxy.envoy.type.v3.StatusCode;
import io.grpc.BindableService;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.StreamObserver;
import io.quarkus.grpc.GrpcService;

/**
 * Answers Envoy's {@code envoy.service.auth.v3.Authorization/Check}. Stateless; any thread. The
 * reason goes to the log, to {@code status.message} and to {@code dynamic_metadata} (for the asking
 * proxy's own log), never into the answer to the caller, which would tell it how to get round the
 * policy.
 */
@GrpcService
public final class CheckService implements BindableService, AuthorizationGrpc.AsyncService {

  private final RbacPolicy policy;
  private final DenialLog log;

  CheckService(RbacPolicy policy, DenialLog log) {
    this.policy = policy;
    this.log = log;
  }

  // Extending the generated base class instead would need the whole of Envoy's API in the index
  // that Quarkus builds.
  @Override
  public ServerServiceDefinition bindService() {
    return AuthorizationGrpc.bindService(this);
  }

  @Override
  public void check(CheckRequest request, StreamObserver<CheckResponse> answer) {
    AttributeContext attributes = request.getAttributes();
    Decision decision = policy.explain(connection(attributes), headers(attributes), Metadata.NONE);
    if (!decision.allowed()) {
      log.denied(attributes.getSource().getPrincipal(), decision.reason());
    }
    answer.onNext(response(decision));
    answer.onCompleted();
  }

  private static Connection connection(AttributeContext attributes) {
    String principal = attributes.getSource().getPrincipal();
    SocketAddress destination = attributes.getDestination().getAddress().getSocketAddress();
    // Envoy tells one address of the caller: the client's, as it sees it.
    IpAddress source =
        IpAddress.parse(attributes.getSource().getAddress().getSocketAddress().getAddress());
    return new Connection(
        principal.isEmpty() ? null : Connection.Peer.named(principal),
        attributes.getTlsSession().getSni(),
        IpAddress.parse(destination.getAddress()),
        destination.getPortValue(),
        source,
        source,
        source);
  }

  private static Headers headers(AttributeContext attributes) {
    AttributeContext.HttpRequest http = attributes.getRequest().getHttp();
    return name ->
        switch (name) {
          case ":method" -> http.getMethod();
          case ":path" -> http.getPath();
          case ":authority", "host" -> http.getHost();
          default -> http.getHeadersMap().get(name);
        };
  }

  private static CheckResponse response(Decision decision) {
    CheckResponse.Builder response =
        CheckResponse.newBuilder()
            .setDynamicMetadata(
                Struct.newBuilder()
                    .putFields(
                        "reason", Value.newBuilder().setStringValue(decision.reason()).build()));
    if (decision.allowed()) {
      return response
          .setStatus(Status.newBuilder().setCode(Code.OK_VALUE))
          .setOkResponse(OkHttpResponse.getDefaultInstance())
          .build();
    }
    return response
        .setStatus(
            Status.newBuilder().setCode(Code.PERMISSION_DENIED_VALUE).setMessage(decision.reason()))
        .setDeniedResponse(
            DeniedHttpResponse.newBuilder()
                .setStatus(HttpStatus.newBuilder().setCode(StatusCode.Forbidden))
                .setBody("access denied"))
        .build();
  }
}

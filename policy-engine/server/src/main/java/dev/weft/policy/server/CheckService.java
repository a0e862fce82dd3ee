package dev.weft.policy.server;

import com.google.protobuf.ListValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.rpc.Code;
import com.google.rpc.Status;
import dev.weft.policy.istio.WorkloadHeader;
import dev.weft.policy.server.Judge.Verdict;
import io.envoyproxy.envoy.service.auth.v3.AuthorizationGrpc;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import io.envoyproxy.envoy.service.auth.v3.DeniedHttpResponse;
import io.envoyproxy.envoy.service.auth.v3.OkHttpResponse;
import io.envoyproxy.envoy.type.v3.HttpStatus;
import io.envoyproxy.envoy.type.v3.StatusCode;
import io.grpc.BindableService;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.quarkus.grpc.GrpcService;

/**
 * Answers Envoy's {@code envoy.service.auth.v3.Authorization/Check}. Stateless; any thread. The
 * reason goes to the log, to {@code status.message} and to {@code dynamic_metadata} (for the asking
 * proxy's own log), never into the answer to the caller, which would tell it how to get round the
 * policy.
 */
@GrpcService
public final class CheckService implements BindableService {
  private static final Metadata.Key<String> WORKLOAD =
      Metadata.Key.of(WorkloadHeader.NAME, Metadata.ASCII_STRING_MARSHALLER);

  private final Policies policies;
  private final DecisionLog log;

  /** For these policies. */
  public CheckService(Policies policies, DecisionLog log) {
    this.policies = policies;
    this.log = log;
  }

  // Extending the generated base class instead would need the whole of Envoy's API in the index
  // that Quarkus builds.
  @Override
  public ServerServiceDefinition bindService() {
    return ServerServiceDefinition.builder(AuthorizationGrpc.getServiceDescriptor())
        .addMethod(AuthorizationGrpc.getCheckMethod(), this::start)
        .build();
  }

  /** What a call is about stands in its headers, too. */
  private ServerCall.Listener<CheckRequest> start(
      ServerCall<CheckRequest, CheckResponse> call, Metadata headers) {
    String workload = headers.get(WORKLOAD);
    return ServerCalls.<CheckRequest, CheckResponse>asyncUnaryCall(
            (request, answer) -> check(request, workload == null ? "" : workload, answer))
        .startCall(call, headers);
  }

  private void check(CheckRequest request, String workload, StreamObserver<CheckResponse> answer) {
    String principal = request.getAttributes().getSource().getPrincipal();
    Verdict verdict =
        switch (Asked.read(request.getAttributes(), workload)) {
          case Asked.Unclear(int status, String reason) -> Verdict.denied(status, reason);
          case Asked.Understood(Asked asked) ->
              policies.current().judge(asked.target()).decide(asked);
        };
    if (!verdict.allowed()) {
      log.denied(principal, verdict.reason());
    }
    verdict.audits().forEach(rule -> log.audited(principal, rule));
    answer.onNext(response(verdict, request.getAttributes().getRequest().hasHttp()));
    answer.onCompleted();
  }

  /** A connection gets no answer: it goes on, or it is closed. */
  private static CheckResponse response(Verdict verdict, boolean http) {
    CheckResponse.Builder response = CheckResponse.newBuilder().setDynamicMetadata(told(verdict));
    if (verdict.allowed()) {
      response.setStatus(Status.newBuilder().setCode(Code.OK_VALUE));
      if (http) {
        response.setOkResponse(OkHttpResponse.getDefaultInstance());
      }
      return response.build();
    }
    Code code = verdict.status() == 401 ? Code.UNAUTHENTICATED : Code.PERMISSION_DENIED;
    response.setStatus(Status.newBuilder().setCode(code.getNumber()).setMessage(verdict.reason()));
    if (http) {
      response.setDeniedResponse(
          DeniedHttpResponse.newBuilder()
              .setStatus(HttpStatus.newBuilder().setCode(StatusCode.forNumber(verdict.status())))
              .setBody("access denied"));
    }
    return response.build();
  }

  private static Struct told(Verdict verdict) {
    Struct.Builder told = Struct.newBuilder().putFields("reason", text(verdict.reason()));
    if (!verdict.rule().isEmpty()) {
      told.putFields("rule", text(verdict.rule()));
    }
    if (!verdict.audits().isEmpty()) {
      told.putFields("audit", list(verdict.audits().stream().map(CheckService::text).toList()));
    }
    if (!verdict.tried().isEmpty()) {
      told.putFields(
          "dry_run", list(verdict.tried().stream().map(one -> text(one.reason())).toList()));
    }
    return told.build();
  }

  private static Value text(String text) {
    return Value.newBuilder().setStringValue(text).build();
  }

  private static Value list(Iterable<Value> values) {
    return Value.newBuilder().setListValue(ListValue.newBuilder().addAllValues(values)).build();
  }
}

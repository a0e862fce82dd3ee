package dev.weft.agent.xds;

import com.google.protobuf.Message;
import dev.weft.agent.attest.Caller;
import dev.weft.policy.identity.SpiffeId;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.function.Function;

/**
 * {@code AggregatedDiscoveryService}: hands streams to the {@link XdsServer}, one request of each
 * at a time. Thread-safe.
 */
public final class AdsRpc
    extends AggregatedDiscoveryServiceGrpc.AggregatedDiscoveryServiceImplBase {
  private final XdsServer server;

  public AdsRpc(XdsServer server) {
    this.server = server;
  }

  @Override
  public StreamObserver<DeltaDiscoveryRequest> deltaAggregatedResources(
      StreamObserver<DeltaDiscoveryResponse> responses) {
    return open((ServerCallStreamObserver<DeltaDiscoveryResponse>) responses, DeltaSession::new);
  }

  @Override
  public StreamObserver<DiscoveryRequest> streamAggregatedResources(
      StreamObserver<DiscoveryResponse> responses) {
    return open((ServerCallStreamObserver<DiscoveryResponse>) responses, SotwSession::new);
  }

  private <Q extends Message, A extends Message> StreamObserver<Q> open(
      ServerCallStreamObserver<A> out,
      Function<ServerCallStreamObserver<A>, Session<Q, A>> create) {
    Session<Q, A> session = create.apply(out);
    SpiffeId caller =
        switch (Caller.current()) {
          case Caller.Workload(SpiffeId id) -> id;
          case Caller.Anonymous _, Caller.Foreign _ ->
              throw Status.UNAUTHENTICATED
                  .withDescription("a workload's certificate is needed")
                  .asRuntimeException();
        };
    // The next request is asked for when the last one is done with: a client cannot fill a queue
    // here.
    out.disableAutoRequest();
    out.setOnReadyHandler(() -> server.writable(session));
    out.setOnCancelHandler(() -> server.closed(session, Status.CANCELLED));
    server.opened(session);
    return new StreamObserver<>() {
      @Override
      public void onNext(Q request) {
        server.received(session, request, caller);
      }

      @Override
      public void onError(Throwable cause) {
        server.closed(session, Status.CANCELLED);
      }

      @Override
      public void onCompleted() {
        server.closed(session, Status.OK);
      }
    };
  }
}

package dev.weft.agent.replication;

import dev.weft.agent.model.Peer;
import dev.weft.agent.state.StateReader;
import dev.weft.policy.identity.SpiffeId;
import dev.weft.v1.FederationGrpc;
import dev.weft.v1.WatchRequest;
import dev.weft.v1.WatchResponse;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The gRPC edge of {@link FederationOrigin}: tells who calls from its certificate, never from a
 * message, and translates between observers and sessions. Called on gRPC's threads, blocks none.
 */
public final class FederationService extends FederationGrpc.FederationImplBase {

  private final FederationOrigin origin;
  private final StateReader state;
  private final Supplier<Optional<SpiffeId>> caller;

  /**
   * @param caller the verified SPIFFE id of the current call's client certificate, asked on the
   *     thread that gRPC calls {@link #watch} on
   */
  public FederationService(
      FederationOrigin origin, StateReader state, Supplier<Optional<SpiffeId>> caller) {
    this.origin = origin;
    this.state = state;
    this.caller = caller;
  }

  @Override
  public StreamObserver<WatchRequest> watch(StreamObserver<WatchResponse> responses) {
    Optional<Peer> peer = caller.get().flatMap(this::peerOf);
    if (peer.isEmpty()) {
      responses.onError(
          Status.PERMISSION_DENIED
              .withDescription("the agent of a configured peer only")
              .asRuntimeException());
      return new Ignored();
    }
    ServerCallStreamObserver<WatchResponse> call =
        (ServerCallStreamObserver<WatchResponse>) responses;
    FederationOrigin.Session session = origin.open(peer.get().cluster(), new CallSink(call));
    call.disableAutoRequest();
    call.setOnReadyHandler(session::ready);
    call.setOnCancelHandler(session::closed);
    call.request(1);
    return new Requests(session, call);
  }

  private Optional<Peer> peerOf(SpiffeId identity) {
    return state.current().peers().values().stream()
        .filter(peer -> PeerIdentity.agentOf(peer.trustDomain()).equals(identity))
        .findFirst();
  }

  private record Requests(
      FederationOrigin.Session session, ServerCallStreamObserver<WatchResponse> call)
      implements StreamObserver<WatchRequest> {
    @Override
    public void onNext(WatchRequest request) {
      session.received(request, () -> call.request(1));
    }

    @Override
    public void onError(Throwable t) {
      session.closed();
    }

    @Override
    public void onCompleted() {
      session.closed();
    }
  }

  private record CallSink(ServerCallStreamObserver<WatchResponse> call)
      implements OriginStream.Sink {
    @Override
    public boolean isReady() {
      return call.isReady() && !call.isCancelled();
    }

    @Override
    public void send(WatchResponse message) {
      call.onNext(message);
    }

    @Override
    public void end(String reason) {
      if (!call.isCancelled()) {
        call.onError(Status.ABORTED.withDescription(reason).asRuntimeException());
      }
    }
  }

  private static final class Ignored implements StreamObserver<WatchRequest> {
    @Override
    public void onNext(WatchRequest request) {}

    @Override
    public void onError(Throwable t) {}

    @Override
    public void onCompleted() {}
  }
}

package dev.weft.proxy.xds;

import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import org.jspecify.annotations.Nullable;

/**
 * One call on one channel, both of which end together. One response is asked for at a time: a flood
 * waits at the agent. Confined to the control thread, which also runs the callbacks.
 */
final class AdsStream {
  private final ManagedChannel channel;
  private final Listener listener;
  private @Nullable ClientCallStreamObserver<DeltaDiscoveryRequest> requests;
  private boolean closed;

  /** What happens on the stream. */
  interface Listener {
    void received(AdsStream from, DeltaDiscoveryResponse response);

    /** Once, and last. Not after {@link AdsStream#close}. */
    void ended(AdsStream from, String reason);
  }

  AdsStream(ManagedChannel channel, Listener listener) {
    this.channel = channel;
    this.listener = listener;
  }

  void start() {
    AggregatedDiscoveryServiceGrpc.newStub(channel).deltaAggregatedResources(new Responses());
  }

  void send(DeltaDiscoveryRequest request) {
    if (!closed && requests != null) {
      requests.onNext(request);
    }
  }

  void close() {
    closed = true;
    channel.shutdownNow();
  }

  private void end(String reason) {
    if (!closed) {
      close();
      listener.ended(this, reason);
    }
  }

  private final class Responses
      implements ClientResponseObserver<DeltaDiscoveryRequest, DeltaDiscoveryResponse> {
    @Override
    public void beforeStart(ClientCallStreamObserver<DeltaDiscoveryRequest> observer) {
      observer.disableAutoRequestWithInitial(1);
      requests = observer;
    }

    @Override
    public void onNext(DeltaDiscoveryResponse response) {
      if (!closed) {
        listener.received(AdsStream.this, response);
        if (requests != null && !closed) {
          requests.request(1);
        }
      }
    }

    @Override
    public void onError(Throwable failure) {
      Status status = Status.fromThrowable(failure);
      Throwable cause = status.getCause();
      end(
          status.getCode()
              + " "
              + status.getDescription()
              + (cause == null ? "" : " (" + rootOf(cause) + ")"));
    }

    @Override
    public void onCompleted() {
      end("the agent ended the stream");
    }
  }

  private static String rootOf(Throwable failure) {
    Throwable root = failure;
    for (int i = 0; i < 16 && root.getCause() != null; i++) {
      root = root.getCause();
    }
    return String.valueOf(root.getMessage());
  }
}

package dev.weft.agent.ca;

import io.grpc.BindableService;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;

/**
 * Stands in front of a service that strangers may call: bytes that are none of its messages are an
 * answer that says so. By itself gRPC answers {@code UNKNOWN} and logs a stack trace of them, with
 * which anybody could fill the log. Thread-safe.
 */
public final class MessageGuard implements ServerInterceptor {
  private final Runnable refused;

  private MessageGuard(Runnable refused) {
    this.refused = refused;
  }

  /**
   * A service behind a guard.
   *
   * @param refused is told of each call that ends for its bytes; called by the call's thread
   */
  public static ServerServiceDefinition of(BindableService service, Runnable refused) {
    // Messages are made of the bytes behind the guard then, where what that throws can be caught.
    return ServerInterceptors.intercept(
        ServerInterceptors.useInputStreamMessages(service.bindService()),
        new MessageGuard(refused));
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    return new SimpleForwardingServerCallListener<>(next.startCall(call, headers)) {
      private boolean ended;

      @Override
      public void onMessage(Q message) {
        try {
          super.onMessage(message);
        } catch (StatusRuntimeException e) {
          if (e.getStatus().getCode() != Status.Code.INTERNAL) {
            throw e;
          }
          ended = true;
          refused.run();
          call.close(
              Status.INVALID_ARGUMENT.withDescription(
                  "not a " + call.getMethodDescriptor().getBareMethodName() + " message"),
              new Metadata());
        }
      }

      @Override
      public void onHalfClose() {
        // The service has not got its message, and would call the call broken.
        if (!ended) {
          super.onHalfClose();
        }
      }
    };
  }
}

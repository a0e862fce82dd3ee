package dev.weft.agent.ca;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.util.Optional;

/**
 * Carries {@code authorization: Bearer <token>} of a call to its service. Never logged.
 * Thread-safe.
 */
public final class BearerToken implements ServerInterceptor {
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
  private static final Context.Key<String> CURRENT = Context.key("weft-bearer-token");
  private static final String PREFIX = "Bearer ";

  /** The token of the present call. */
  static Optional<String> current() {
    return Optional.ofNullable(CURRENT.get());
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    String value = headers.get(AUTHORIZATION);
    if (value == null || !value.regionMatches(true, 0, PREFIX, 0, PREFIX.length())) {
      return next.startCall(call, headers);
    }
    String token = value.substring(PREFIX.length()).strip();
    return Contexts.interceptCall(Context.current().withValue(CURRENT, token), call, headers, next);
  }
}

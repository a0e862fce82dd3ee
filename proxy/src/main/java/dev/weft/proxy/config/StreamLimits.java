package dev.weft.proxy.config;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How long a route lets a request take, beside its timeout: {@code idle_timeout}, {@code
 * max_stream_duration}, and the older {@code max_grpc_timeout}, which counts only where the latter
 * is not set.
 *
 * @param instead whether {@code max_stream_duration} is set, so that the timeout does not count
 * @param longest from the request's begin; zero: no end; {@code null}: as the connection manager
 *     says
 * @param grpcHeaderMax the most that a caller's {@code grpc-timeout} may ask for; zero: anything;
 *     {@code null}: it does not count
 * @param grpcHeaderOffset taken off what the caller asks for
 * @param maxGrpcTimeout the timeout of gRPC calls is the caller's, at most this; zero: anything;
 *     {@code null}: it is the route's
 * @param grpcTimeoutOffset taken off it, unless nothing would be left
 * @param idle without a byte in either direction; zero: no end; {@code null}: as the connection
 *     manager says
 */
public record StreamLimits(
    boolean instead,
    @Nullable Duration longest,
    @Nullable Duration grpcHeaderMax,
    Duration grpcHeaderOffset,
    @Nullable Duration maxGrpcTimeout,
    Duration grpcTimeoutOffset,
    @Nullable Duration idle) {

  /** None of them. */
  public static final StreamLimits NONE =
      new StreamLimits(false, null, null, Duration.ZERO, null, Duration.ZERO, null);
}

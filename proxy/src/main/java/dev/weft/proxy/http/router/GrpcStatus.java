package dev.weft.proxy.http.router;

/** A gRPC status as outlier detection counts it. Pure. */
final class GrpcStatus {
  private GrpcStatus() {}

  /** The HTTP status that stands for a {@code grpc-status}; 500 for what is none. */
  static int toHttp(String status) {
    return switch (status) {
      case "0" -> 200;
      case "1" -> 499;
      case "3", "9", "11" -> 400;
      case "4" -> 504;
      case "5" -> 404;
      case "6", "10" -> 409;
      case "7" -> 403;
      case "8" -> 429;
      case "12" -> 501;
      case "14" -> 503;
      case "16" -> 401;
      default -> 500;
    };
  }
}

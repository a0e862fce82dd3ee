package dev.weft.proxy.http.router;

/** A gRPC status as outlier detection counts it. Pure. */
final class GrpcStatus {
  private GrpcStatus() {}

  /** What an HTTP status says to a gRPC caller (gRPC's http-grpc-status-mapping). */
  static int ofHttp(int status) {
    return switch (status) {
      case 200 -> 0;
      case 400 -> 13;
      case 401 -> 16;
      case 403 -> 7;
      case 404 -> 12;
      case 429, 502, 503, 504 -> 14;
      default -> 2;
    };
  }

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

package dev.weft.proxy.failure;

/**
 * Why a codec refused what a peer sent: the closed set that {@code weft_requests_refused_total} and
 * the access log's {@code response_code_details} name. The words are Envoy's where its list of
 * response code details has one.
 */
public enum CodecRefusal {
  /** A start line, a line's end, a length or a chunk that is not HTTP/1.1. */
  HTTP1_CODEC_ERROR("http1.codec_error", Failure.DOWNSTREAM_PROTOCOL),
  HTTP1_INVALID_URL("http1.invalid_url", Failure.DOWNSTREAM_PROTOCOL),
  HTTP1_INVALID_CHARACTERS("http1.invalid_characters", Failure.DOWNSTREAM_PROTOCOL),
  HTTP1_INVALID_TRANSFER_ENCODING("http1.invalid_transfer_encoding", Failure.DOWNSTREAM_PROTOCOL),
  HTTP1_LENGTH_AND_CHUNKED(
      "http1.content_length_and_chunked_not_allowed", Failure.DOWNSTREAM_PROTOCOL),
  HTTP1_CONNECTION_HEADER("http1.connection_header_rejected", Failure.DOWNSTREAM_PROTOCOL),
  HTTP1_UNDERSCORE("http1.unexpected_underscore", Failure.DOWNSTREAM_PROTOCOL),
  HTTP1_HEADERS_TOO_LARGE("http1.headers_too_large", Failure.HEADERS_TOO_LARGE),
  HTTP1_TOO_MANY_HEADERS("http1.too_many_headers", Failure.HEADERS_TOO_LARGE),
  HTTP1_VERSION("low_version", Failure.HTTP_VERSION),
  HTTP2_INVALID_HEADER_FIELD("http2.invalid.header.field", Failure.DOWNSTREAM_PROTOCOL),
  HTTP2_UNDERSCORE("http2.unexpected_underscore", Failure.DOWNSTREAM_PROTOCOL),
  /** By number or by size, as Envoy counts both. */
  HTTP2_TOO_MANY_HEADERS("http2.too_many_headers", Failure.HEADERS_TOO_LARGE),
  /** RFC 9113 section 8: pseudo-headers, lengths, trailers. */
  HTTP2_MESSAGING("http2.violation.of.messaging.rule", Failure.DOWNSTREAM_PROTOCOL),
  /** The connection ended for it. */
  HTTP2_PROTOCOL_ERROR("http2.protocol_error", Failure.DOWNSTREAM_PROTOCOL),
  /** The connection ended for frames that cost more than they do, such as resets. */
  HTTP2_FLOOD("http2.inbound_frames_flood", Failure.DOWNSTREAM_PROTOCOL),
  MISSING_HOST("missing_host_header", Failure.DOWNSTREAM_PROTOCOL),
  INVALID_AUTHORITY("invalid_authority", Failure.DOWNSTREAM_PROTOCOL),
  PATH_NORMALIZATION("path_normalization_failed", Failure.DOWNSTREAM_PROTOCOL),
  HEADERS_TIMEOUT("request_header_timeout", Failure.REQUEST_HEADERS_TIMEOUT),
  /** The stream's longest duration passed within the request's head. */
  STREAM_DURATION("max_duration_timeout", Failure.STREAM_DURATION);

  private final String label;
  private final Failure failure;

  CodecRefusal(String label, Failure failure) {
    this.label = label;
    this.failure = failure;
  }

  /** For metrics and logs. */
  public String label() {
    return label;
  }

  /** What it is as a failure of a request. */
  public Failure failure() {
    return failure;
  }

  /** A request that had begun and went on wrongly, in its body or trailers. */
  public static CodecRefusal midway(boolean http2) {
    return http2 ? HTTP2_MESSAGING : HTTP1_CODEC_ERROR;
  }
}

package dev.weft.proxy.http.router;

import dev.weft.proxy.config.LocalReplyMapper;
import dev.weft.proxy.config.LogFilter;
import dev.weft.proxy.failure.Failure;
import dev.weft.proxy.http.HeaderList;
import dev.weft.proxy.http.ResponseHead;
import dev.weft.proxy.http.filter.HttpFilter.Verdict;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An answer made by the proxy itself: plain text, or for gRPC a trailers-only response with status
 * 200 (gRPC over HTTP/2, "Responses"). Envoy's {@code server}, {@code date} and {@code x-envoy-*}
 * headers are not added.
 *
 * @param status that it stands for, which that of a gRPC answer's head is not
 * @param body sent in UTF-8; empty: none
 */
record LocalReply(ResponseHead head, int status, String body) {
  /**
   * The answer to a request that failed.
   *
   * @param complete whether all of the request was there: 408 would blame the caller for a part
   *     that it does not owe (as Envoy sees it)
   */
  static LocalReply of(Failure failure, boolean complete, boolean grpc) {
    boolean blames = failure == Failure.STREAM_IDLE_TIMEOUT || failure == Failure.STREAM_DURATION;
    boolean late = complete && blames;
    int status = late ? Failure.REQUEST_TIMEOUT.status() : failure.status();
    return grpc ? grpc(status, failure.grpcStatus(), text(failure)) : plain(status, text(failure));
  }

  /** An answer with this status and text. */
  static LocalReply of(int status, String text, boolean grpc) {
    return grpc ? grpc(status, grpcStatus(status), text) : plain(status, text);
  }

  /** The answer of a filter. */
  static LocalReply of(Verdict.Reply reply, boolean grpc) {
    LocalReply made =
        grpc && reply.grpcStatus() >= 0
            ? grpc(reply.status(), reply.grpcStatus(), reply.body())
            : of(reply.status(), reply.body(), grpc);
    HeaderList more = reply.headers();
    for (int i = 0; i < more.size(); i++) {
      made.head.headers().remove(more.name(i));
    }
    for (int i = 0; i < more.size(); i++) {
      made.head.headers().add(more.name(i), more.value(i));
    }
    return made;
  }

  private static LocalReply plain(int status, String text) {
    int length = text.getBytes(StandardCharsets.UTF_8).length;
    HeaderList headers = new HeaderList(4).add("content-length", Integer.toString(length));
    if (length > 0) {
      headers.add("content-type", "text/plain");
    }
    return new LocalReply(new ResponseHead(status, headers), status, text);
  }

  private static LocalReply grpc(int meant, int status, String text) {
    HeaderList headers =
        new HeaderList(4)
            .add("content-type", "application/grpc")
            .add("grpc-status", Integer.toString(status));
    if (!text.isEmpty()) {
      headers.add("grpc-message", percentEncoded(text));
    }
    return new LocalReply(new ResponseHead(200, headers), meant, "");
  }

  /** As gRPC's "HTTP to gRPC Status Code Mapping" says. */
  private static int grpcStatus(int status) {
    return switch (status) {
      case 400 -> 13;
      case 401 -> 16;
      case 403 -> 7;
      case 404 -> 12;
      case 429, 502, 503, 504 -> 14;
      default -> status == 200 ? 0 : 2;
    };
  }

  private static String percentEncoded(String text) {
    StringBuilder encoded = new StringBuilder(text.length());
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      if (b >= ' ' && b <= '~' && b != '%') {
        encoded.append((char) b);
      } else {
        encoded
            .append('%')
            .append(Character.toUpperCase(Character.forDigit((b >> 4) & 0xf, 16)))
            .append(Character.toUpperCase(Character.forDigit(b & 0xf, 16)));
      }
    }
    return encoded.toString();
  }

  private static String text(Failure failure) {
    return switch (failure) {
      case NO_ROUTE, NO_UPSTREAM, DOWNSTREAM_DISCONNECTED -> "";
      case NO_HEALTHY_HOST -> "no healthy upstream";
      case CONNECT_FAILED -> "upstream could not be reached; the request was not sent";
      case UPSTREAM_TLS -> "no secure connection to the upstream; the request was not sent";
      case OVERFLOW -> "upstream is overloaded; the request was not sent";
      case CONNECTION_TERMINATED -> "upstream closed the connection before its response";
      case UPSTREAM_RESET -> "upstream reset the request before its response";
      case UPSTREAM_PROTOCOL -> "upstream broke the protocol";
      case REQUEST_TIMEOUT, PER_TRY_TIMEOUT -> "upstream request timeout";
      case STREAM_IDLE_TIMEOUT -> "stream timeout";
      case STREAM_DURATION -> "downstream duration timeout";
      case UNSUPPORTED -> "method not supported";
      case RETRIES_EXHAUSTED,
          DOWNSTREAM_PROTOCOL,
          REQUEST_HEADERS_TIMEOUT,
          HEADERS_TOO_LARGE,
          HTTP_VERSION,
          UPGRADE_REFUSED,
          FAULT_INJECTED,
          RBAC_DENIED,
          EXT_AUTHZ_DENIED,
          EXT_AUTHZ_ERROR,
          EXT_AUTHZ_INVALID,
          PAYLOAD_TOO_LARGE ->
          failure.label().replace('_', ' ');
    };
  }

  /**
   * Adds the headers of the first mapper that accepts the answer.
   *
   * @param flag response flag; {@code null}: none
   * @param reached whether an earlier attempt may have reached the application. Then the flags that
   *     stand for "never reached it" are not taken for true: a mapper that marks such answers must
   *     not mark this one
   */
  void map(
      List<LocalReplyMapper> mappers,
      @Nullable Failure flag,
      boolean reached,
      Supplier<ValueScene> scene) {
    for (LocalReplyMapper mapper : mappers) {
      LogFilter.Status by = mapper.status();
      boolean accepted =
          by == null ? flagged(mapper, flag, reached) : by.op().holds(status, by.value());
      if (accepted) {
        HeaderWriting.add(mapper.headersToAdd(), head.headers(), scene.get(), head.headers());
        return;
      }
    }
  }

  private static boolean flagged(LocalReplyMapper mapper, @Nullable Failure flag, boolean reached) {
    return mapper.responseFlags().isEmpty()
        || (flag != null
            && !(reached && flag.unreached())
            && mapper.responseFlags().contains(flag.flag()));
  }
}

package dev.weft.proxy.http.filter;

import dev.weft.proxy.http.HeaderList;
import java.nio.ByteBuffer;
import java.time.Duration;

/**
 * What a filter may ask of upstreams besides the request's own. On the worker's loop; answers come
 * on it too, perhaps before {@link #send} returns.
 */
public interface UpstreamCalls {
  /**
   * Sends one request, once, to one host.
   *
   * @return gives it up; {@code answer} is not told then
   */
  Runnable send(Call call, Answer answer);

  /**
   * A request.
   *
   * @param authority empty: the upstream's name
   * @param body all of it, read-only; empty: none
   * @param timeout until the whole answer is there
   * @param mostBytes of the answer's body
   */
  record Call(
      String upstream,
      String method,
      String authority,
      String path,
      HeaderList headers,
      ByteBuffer body,
      Duration timeout,
      int mostBytes) {}

  /** A whole answer. */
  record Response(int status, HeaderList headers, ByteBuffer body, HeaderList trailers) {}

  /** Is told one of both, once. */
  interface Answer {
    void answered(Response response);

    /** There is none, or only a part of one. */
    void failed(String why);
  }
}

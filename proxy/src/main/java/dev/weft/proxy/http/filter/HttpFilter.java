package dev.weft.proxy.http.filter;

import dev.weft.proxy.config.HeaderValue;
import dev.weft.proxy.failure.Failure;
import dev.weft.proxy.http.DownstreamConnection;
import dev.weft.proxy.http.HeaderList;
import dev.weft.proxy.http.RequestHead;
import dev.weft.proxy.http.ResponseHead;
import io.netty.buffer.ByteBuf;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What happens to one stream before it is routed and to its response before it leaves. Filters see
 * the request in the order of their list and the response in the opposite order.
 */
public interface HttpFilter {

  /**
   * The request's head. May change its headers.
   *
   * @param end whether the request has neither body nor trailers
   */
  default Verdict onRequest(RequestHead head, boolean end) {
    return Verdict.Pass.PASS;
  }

  /**
   * A piece of the body came, or the end of the request, while this filter holds the request. The
   * piece stays where it is; {@link Callbacks#taken} lets more come.
   *
   * @param end whether it was the last; trailers count as its end
   */
  default void onBody(ByteBuf data, boolean end) {}

  /** The response's head, from upstream or made here. May change its headers. */
  default void onResponse(ResponseHead head) {}

  /** Bytes per second that the response's body may have; 0: any number. */
  default long responseRate() {
    return 0;
  }

  /** The stream is over, whatever its end. Nothing is called afterwards. */
  default void onEnd() {}

  /** What a filter makes of a request. */
  sealed interface Verdict {
    /** On to the next filter. */
    enum Pass implements Verdict {
      PASS
    }

    /**
     * Not yet: {@link Callbacks#resume} or {@link Callbacks#reply} follows. Until then the body
     * waits where it is, held back by flow control.
     */
    enum Hold implements Verdict {
      HOLD
    }

    /**
     * Answered by the filter.
     *
     * @param status 200 to 599
     * @param grpcStatus of the answer to a gRPC call; -1: what {@code status} maps to
     * @param body plain text; empty: none
     * @param headers beside those of every local reply
     * @param failure for records; {@code null}: the answer is no failure
     */
    record Reply(
        int status, int grpcStatus, String body, HeaderList headers, @Nullable Failure failure)
        implements Verdict {

      /** A plain answer. */
      public Reply(int status, String body) {
        this(status, -1, body, new HeaderList(4), null);
      }
    }
  }

  /** What a filter that holds a request may do later, on the same loop, once. */
  interface Callbacks {
    DownstreamConnection connection();

    /** What the filters of this request tell those after them. */
    RequestMetadata metadata();

    /**
     * The request goes on with another path.
     *
     * @return its head from now on
     */
    RequestHead path(String path);

    /** The route is looked up again when all filters have passed. */
    void clearRoute();

    /** What records tell of the answer that the filter gives, in Envoy's words. */
    void details(String text);

    /** Writes what a configuration adds, as it stands for this request. */
    void write(List<HeaderValue> values, HeaderList into);

    /** Bytes of the body were looked at while the request is held: as many more may come. */
    void taken(int bytes);

    /** On to the next filter. */
    void resume();

    /** Answers; the request goes no further. */
    void reply(Verdict.Reply reply);
  }

  /** A parsed filter of a chain. Immutable, shared by all workers. */
  @FunctionalInterface
  interface Factory {
    HttpFilter create(Callbacks callbacks);
  }
}

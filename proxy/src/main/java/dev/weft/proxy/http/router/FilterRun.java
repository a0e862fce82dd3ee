package dev.weft.proxy.http.router;

import dev.weft.proxy.LoopConfined;
import dev.weft.proxy.http.DownstreamConnection;
import dev.weft.proxy.http.RequestHead;
import dev.weft.proxy.http.ResponseHead;
import dev.weft.proxy.http.filter.HttpFilter;
import dev.weft.proxy.http.filter.HttpFilter.Verdict;
import java.util.List;

/** The filters of one stream, in order; the router comes after the last. */
@LoopConfined
final class FilterRun implements HttpFilter.Callbacks {
  private static final HttpFilter[] NONE = {};

  private final Exchange exchange;
  private final DownstreamConnection connection;
  private final HttpFilter[] filters;
  private int next;

  FilterRun(
      List<HttpFilter.Factory> factories, Exchange exchange, DownstreamConnection connection) {
    this.exchange = exchange;
    this.connection = connection;
    this.filters = factories.isEmpty() ? NONE : new HttpFilter[factories.size()];
    for (int i = 0; i < filters.length; i++) {
      filters[i] = factories.get(i).create(this);
    }
  }

  /** Goes on with the first filter that has not seen the head. */
  Verdict request(RequestHead head, boolean end) {
    while (next < filters.length) {
      Verdict verdict = filters[next++].onRequest(head, end);
      if (verdict != Verdict.Pass.PASS) {
        return verdict;
      }
    }
    return Verdict.Pass.PASS;
  }

  /** The filters that saw the request see its response, last first. */
  void response(ResponseHead head) {
    for (int i = next - 1; i >= 0; i--) {
      filters[i].onResponse(head);
    }
  }

  void end() {
    for (HttpFilter filter : filters) {
      filter.onEnd();
    }
  }

  @Override
  public DownstreamConnection connection() {
    return connection;
  }

  @Override
  public void resume() {
    exchange.resume();
  }

  @Override
  public void reply(Verdict.Reply reply) {
    exchange.replyFromFilter(reply);
  }
}

package dev.weft.proxy.http.router;

import dev.weft.proxy.http.RequestHead;
import dev.weft.proxy.http.filter.HttpFilter;

/** Holds every request until the test lets it go. */
final class HeldFilter implements HttpFilter {

  @Override
  public Verdict onRequest(RequestHead head, boolean end) {
    return Verdict.Hold.HOLD;
  }

  /** Keeps the way back to the last stream. */
  static final class Factory implements HttpFilter.Factory {
    HttpFilter.Callbacks callbacks;

    @Override
    public HttpFilter create(HttpFilter.Callbacks made) {
      callbacks = made;
      return new HeldFilter();
    }
  }
}

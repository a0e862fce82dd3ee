package dev.weft.proxy.config;

import java.util.List;
import java.util.Map;

/** Where a route sends requests. */
public sealed interface Destination {

  /**
   * One upstream.
   *
   * @param subset metadata that its hosts must have; empty: any
   */
  record One(String upstream, Map<String, String> subset) implements Destination {
    public One {
      subset = Map.copyOf(subset);
    }
  }

  /**
   * Drawn among several.
   *
   * @param shares at least one
   * @param total the sum of the weights, above 0
   * @param randomHeader request header with the number to draw by, so that several proxies draw
   *     alike; empty: none
   */
  record Weighted(List<Share> shares, long total, String randomHeader) implements Destination {
    public Weighted {
      shares = List.copyOf(shares);
    }

    /**
     * The share of a drawn number.
     *
     * @param drawn unsigned
     */
    public Share at(long drawn) {
      long left = Long.remainderUnsigned(drawn, total);
      for (int i = 0; i < shares.size() - 1; i++) {
        left -= shares.get(i).weight();
        if (left < 0) {
          return shares.get(i);
        }
      }
      return shares.getLast();
    }
  }

  /**
   * One of several upstreams.
   *
   * @param weight 0 or more
   * @param host written into requests where the route writes none; empty: none
   * @param requestHeaders those of the share, the route and all above it, in order
   * @param responseHeaders the same for responses
   */
  record Share(
      One target,
      long weight,
      String host,
      List<HeaderChanges> requestHeaders,
      List<HeaderChanges> responseHeaders) {
    public Share {
      requestHeaders = List.copyOf(requestHeaders);
      responseHeaders = List.copyOf(responseHeaders);
    }
  }

  /** Every upstream that requests may be sent to. */
  default List<String> upstreams() {
    return switch (this) {
      case One one -> List.of(one.upstream());
      case Weighted weighted ->
          weighted.shares().stream().map(share -> share.target().upstream()).toList();
    };
  }
}

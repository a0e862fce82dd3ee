package dev.weft.proxy.upstream.pool;

/**
 * Envoy's {@code max_connections}: bounds what the pools of all hosts and workers have open
 * together. A pool that may not open another connection lets its requests wait for one that it has;
 * one that has none opens its first all the same, since nothing else would ever serve what waits
 * there. Thread-safe.
 */
public interface ConnectionLimit {
  /** No limit. */
  ConnectionLimit NONE =
      new ConnectionLimit() {
        @Override
        public boolean take(boolean first) {
          return true;
        }

        @Override
        public void give() {}
      };

  /**
   * Takes a place for a connection that is about to be opened.
   *
   * @param first whether the pool has no other; then there always is a place
   */
  boolean take(boolean first);

  /** A connection that had a place is gone, or could not be opened. */
  void give();
}

package dev.weft.policy.jwt;

/** Gets a set of keys from where its provider keeps it. */
@FunctionalInterface
public interface JwksFetcher {

  /**
   * Begins. The answer comes once, on the caller's thread and in bounded time, possibly before this
   * returns.
   *
   * @return gives it up: no answer comes then
   */
  Runnable fetch(Answer answer);

  /** What comes of it. */
  interface Answer {
    /**
     * The body of an answer with status 200.
     *
     * @param json at most {@link Jwks#MOST_BYTES}: the fetcher stops reading beyond
     */
    void fetched(byte[] json);

    /**
     * There is nothing.
     *
     * @param why for people; of a closed set of words where a metric counts it
     */
    void failed(String why);
  }
}

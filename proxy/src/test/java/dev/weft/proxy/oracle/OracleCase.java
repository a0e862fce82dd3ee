package dev.weft.proxy.oracle;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One case, as its file says.
 *
 * @param name the file's name without its ending; also the listener's and the route configuration's
 *     name
 * @param resources xDS in YAML, by {@link Resources}
 * @param attempts how the numbers of requests that each origin got are compared
 * @param lines of the access log, which are waited for
 * @param covers the fields that the case shows to matter, by {@link FieldNames}
 */
record OracleCase(
    String name,
    String title,
    Map<String, Origin> origins,
    Map<String, Object> resources,
    List<Call> calls,
    Attempts attempts,
    int lines,
    Covers covers) {

  /** Whether it is about what one worker does: {@code workers: 1}. */
  boolean oneWorker() {
    return resources.containsKey("workers");
  }

  /** Whether lines that are the same count as one: {@code distinct: true}. */
  boolean distinctLines() {
    return resources.containsKey("distinct");
  }

  /** All that callers say in headers. */
  String told() {
    return calls.stream().map(call -> call.headers().values().toString()).toList().toString();
  }

  /** The same under another name. */
  OracleCase as(String other) {
    return new OracleCase(other, title, origins, resources, calls, attempts, lines, covers);
  }

  /**
   * Fields that a case shows to matter.
   *
   * @param positive what is seen depends on the field
   * @param negative the same kind of request does not get what the field is for
   */
  record Covers(List<String> positive, List<String> negative) {}

  /**
   * A server behind the proxy.
   *
   * @param protocol {@code http1}, {@code http2}, {@code https-demanding} (asks for a certificate),
   *     {@code https} (HTTP/1.1 over TLS, tells the server name), {@code alpn-http1}, {@code
   *     alpn-http2} (over TLS, agreed on by ALPN), {@code proxied} (HTTP/1.1 behind a PROXY header,
   *     which it tells), {@code deaf} (HTTP/2, answers no PING), {@code alpn-deaf} (the same over
   *     TLS), {@code bytes}, {@code frames} ({@link RawOrigin}), {@code silent} (takes connections
   *     and says nothing) or {@code closed} (refuses connections)
   * @param health the status at {@code /health}, which is neither played nor counted; {@code hang}:
   *     none, {@code close}: the connection's end, a mapping: by the Host
   * @param answers played in order, one for each request; the last one again and again; those with
   *     {@code for} by {@link Checks}
   * @param awaited so many requests are waited for before anything is compared, and their order
   *     does not matter: mirrored ones, for which no call's answer waits
   */
  record Origin(String protocol, Object health, List<Map<String, Object>> answers, int awaited) {}

  /**
   * A request, or several of the same.
   *
   * @param http 1 or 2
   * @param tls {@code null}: plaintext
   * @param times how often, one after the other
   * @param parallel how many at the same time
   * @param pauseMillis before the call
   * @param trailers of the request, over HTTP/2
   * @param raw bytes sent as they are over HTTP/1.1, in place of the request; empty: none. The
   *     method says how the answers end
   * @param frames frames sent as they are over HTTP/2, in place of the request, by {@link Frames}
   * @param answers how many answers the raw bytes get
   * @param tunnel bytes read after the answer that changes the protocol, as its body
   * @param settings whether the answer tells the proxy's HTTP/2 settings, as headers
   * @param unseen whether nothing of it is compared: it makes connections
   * @param until before the call the same is asked until the expectation was met so often in a row,
   *     for a while; none of that is compared
   * @param health of origins, from before the call on
   * @param expect what both have to answer, beside agreeing with each other
   * @param weft what Weft answers where it differs on purpose; empty: it does not. Such a call is
   *     not compared, and what it makes arrive at the origins is not either
   */
  record Call(
      String method,
      String host,
      String path,
      Map<String, String> headers,
      String body,
      int http,
      @Nullable Tls tls,
      int times,
      int parallel,
      int pauseMillis,
      Map<String, String> trailers,
      String raw,
      List<String> frames,
      int answers,
      int tunnel,
      boolean settings,
      boolean unseen,
      int until,
      Map<String, Object> health,
      Map<String, Object> expect,
      Map<String, Object> weft) {

    /** A request header whose value tells the calls of a case apart, where time does not. */
    static final String MARK = "x-call";

    /** Whether the call's mark is in a text. */
    boolean marks(String text) {
      String mark = headers.getOrDefault(MARK, "");
      return !mark.isEmpty() && text.contains(mark);
    }

    /** The same with one more header. */
    Call marked(String header) {
      Map<String, String> marked = new LinkedHashMap<>(headers);
      marked.put(header, "1");
      return new Call(
          method,
          host,
          path,
          marked,
          body,
          http,
          tls,
          times,
          parallel,
          pauseMillis,
          trailers,
          raw,
          frames,
          answers,
          tunnel,
          settings,
          unseen,
          until,
          health,
          expect,
          weft);
    }

    /** Whether the two answer differently on purpose. */
    boolean differs() {
      return !weft.isEmpty();
    }

    /** Whether all that counts is that the request is turned away. */
    boolean turnedAway() {
      return expect.containsKey("refused");
    }

    /** What the subject has to answer. */
    Map<String, Object> expected(boolean ofWeft) {
      return ofWeft && differs() ? weft : expect;
    }
  }

  /**
   * How the client speaks TLS.
   *
   * @param as {@code none}, {@code orders}, {@code stranger} (another trust domain), {@code
   *     impostor} (the right names by another authority), {@code revoked} or {@code unlisted} (of a
   *     trust domain of whose revocation lists one is missing)
   * @param alpn what is offered; empty: nothing
   * @param groups of the key exchange, by the JDK's names; empty: its own
   */
  record Tls(String sni, String as, String version, String alpn, String groups) {}

  /** How numbers of requests at the origins are compared. */
  sealed interface Attempts {
    /** Each origin got as many from both. */
    record Exact() implements Attempts {}

    /** As many, whichever origin got them: balancing starts where it likes. */
    record Sorted() implements Attempts {}

    /** Not at all, only the answers: what a caller takes back may have arrived. */
    record Any() implements Attempts {}

    /** Each origin's share differs by at most so much, 0 to 1. */
    record Within(double share) implements Attempts {}
  }
}

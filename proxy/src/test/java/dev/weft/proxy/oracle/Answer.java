package dev.weft.proxy.oracle;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/**
 * What a client saw, without what differs on purpose or by nature.
 *
 * @param status 0: the connection or the stream ended without an answer; -1: neither an answer nor
 *     the end came in time
 * @param headers names in lower case
 * @param interim 1xx answers before: the status and its headers
 * @param body of an answer that an origin gave; of the proxy's own answers the words differ
 */
record Answer(
    int status,
    Map<String, String> headers,
    String body,
    Map<String, String> trailers,
    List<String> interim) {

  /** The connection or the stream ended without an answer. */
  static final Answer NONE = new Answer(0, Map.of(), "", Map.of(), List.of());

  /** How long is waited for an answer, or for the end. */
  static final Duration PATIENCE = Duration.ofSeconds(30);

  /**
   * Neither an answer nor the end came within {@link #PATIENCE}. No case may want that: what hangs
   * looks the same in both proxies for reasons that have nothing to do with each other.
   */
  static final Answer SILENT = new Answer(-1, Map.of(), "", Map.of(), List.of());

  /** Told in docs/envoy-differences.md, or about this hop's framing only. */
  private static final Set<String> NOT_COMPARED =
      Set.of("date", "server", "transfer-encoding", "connection", "keep-alive");

  /** Of the headers that only Envoy adds, those that Weft adds too. */
  private static final Set<String> TOLD =
      Set.of(
          "x-envoy-original-path",
          "x-envoy-attempt-count",
          "x-envoy-decorator-operation",
          "x-envoy-auth-failure-mode-allowed");

  static Answer of(int status, List<String> headers, String body, List<String> trailers) {
    Map<String, String> kept = map(headers);
    if (!kept.containsKey("x-origin")) {
      kept.remove("content-type");
      kept.remove("content-length");
    }
    return new Answer(status, kept, body, map(trailers), List.of());
  }

  /** A 1xx answer in a line. */
  static String interim(int status, List<String> headers) {
    return status + " " + map(headers);
  }

  /** The same after 1xx answers. */
  Answer after(List<String> before) {
    return new Answer(status, headers, body, trailers, List.copyOf(before));
  }

  /** The same with other words in headers. */
  Answer renamed(UnaryOperator<String> words) {
    Map<String, String> named = new TreeMap<>(headers);
    named.replaceAll((name, value) -> words.apply(value));
    return new Answer(status, named, body, trailers, interim);
  }

  /** The same with more headers. */
  Answer with(Map<String, String> more) {
    Map<String, String> all = new TreeMap<>(headers);
    all.putAll(more);
    return new Answer(status, all, body, trailers, interim);
  }

  /** Whether the request was turned away, in whatever words. */
  boolean refused() {
    return status == 0 || status >= 400;
  }

  /** For comparing two proxies. */
  Answer comparable() {
    return headers.containsKey("x-origin")
        ? this
        : new Answer(status, headers, "", trailers, interim);
  }

  /** Which origin answered; empty: none did. */
  String origin() {
    return headers.getOrDefault("x-origin", "");
  }

  /** Names and values in turn, as a map without what is not compared. */
  static Map<String, String> map(List<String> fields) {
    Map<String, String> map = new TreeMap<>();
    for (int i = 0; i + 1 < fields.size(); i += 2) {
      String name = fields.get(i).toLowerCase(Locale.ROOT);
      boolean left = name.startsWith("x-envoy-") && !TOLD.contains(name);
      if (!NOT_COMPARED.contains(name) && !left && !name.startsWith(":")) {
        // The value of a cookie that a proxy makes is its own.
        String value =
            name.equals("set-cookie")
                ? fields.get(i + 1).replaceFirst("=\"[0-9a-f]+\"", "=\"?\"")
                : fields.get(i + 1);
        map.merge(name, value, (one, other) -> one + "," + other);
      }
    }
    return map;
  }

  /** The differences from what a case expects, in words. */
  List<String> problems(Map<String, Object> expect) {
    if (equals(SILENT)) {
      return List.of("neither an answer nor the end within " + PATIENCE.toSeconds() + " s");
    }
    List<String> problems = new ArrayList<>();
    expect.forEach((key, wanted) -> {
      Object found =
          switch (key) {
            case "status" -> status;
            case "origin" -> origin();
            case "body" -> body;
            case "ended" -> status == 0;
            case "refused" -> refused();
            case "interim" -> interim;
            case "trailers" -> trailers;
            default -> headers.getOrDefault(key, "absent");
          };
      if (!wanted.toString().equals(found.toString())) {
        problems.add(key + ": wanted " + wanted + ", found " + found + " in " + this);
      }
    });
    return problems;
  }
}

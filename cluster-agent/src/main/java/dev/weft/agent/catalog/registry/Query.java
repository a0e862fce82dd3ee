package dev.weft.agent.catalog.registry;

import dev.weft.agent.catalog.GoDuration;
import io.vertx.core.http.HttpServerRequest;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A call's path and parameters.
 *
 * @param path as sent
 * @param index what a blocking query has seen; 0: it does not block
 * @param waitMillis how long a blocking query waits, 1 ms to 10 min
 * @param passing whether only instances whose checks all pass are asked for
 * @param tags all of which an instance has to carry
 */
record Query(
    String path,
    long index,
    long waitMillis,
    boolean passing,
    List<String> tags,
    boolean pretty,
    boolean replaceChecks,
    String note) {
  private static final Duration DEFAULT_WAIT = Duration.ofMinutes(5);
  private static final Duration LONGEST_WAIT = Duration.ofMinutes(10);

  Query {
    tags = List.copyOf(tags);
  }

  static Query of(HttpServerRequest request) {
    String replace = request.getParam("replace-existing-checks");
    return new Query(
        request.path(),
        index(request.getParam("index", "")),
        waitMillis(request.getParam("wait", "")),
        flag(request.getParam("passing")),
        request.params().getAll("tag"),
        flag(request.getParam("pretty")),
        replace != null && (replace.isEmpty() || replace.equals("true") || replace.equals("1")),
        request.getParam("note", ""));
  }

  boolean blocks() {
    return index > 0 && indexed();
  }

  /** Whether answers carry an index. */
  boolean indexed() {
    return path.startsWith("/v1/health/")
        || (path.startsWith("/v1/catalog/") && !path.equals("/v1/catalog/datacenters"));
  }

  /** What follows the prefix, decoded; empty when the path is another. */
  String after(String prefix) {
    return path.startsWith(prefix)
        ? URLDecoder.decode(path.substring(prefix.length()), StandardCharsets.UTF_8)
        : "";
  }

  private static boolean flag(@Nullable String value) {
    return value != null && !value.equals("false") && !value.equals("0");
  }

  private static long index(String text) {
    if (text.isEmpty()) {
      return 0;
    }
    try {
      return Long.parseUnsignedLong(text);
    } catch (NumberFormatException e) {
      throw RegistryError.badRequest("Invalid index");
    }
  }

  private static long waitMillis(String text) {
    if (text.isEmpty()) {
      return DEFAULT_WAIT.toMillis();
    }
    try {
      long millis = GoDuration.parse(text).toMillis();
      return millis <= 0 ? DEFAULT_WAIT.toMillis() : Math.min(millis, LONGEST_WAIT.toMillis());
    } catch (IllegalArgumentException e) {
      throw RegistryError.badRequest("Invalid wait time");
    }
  }
}

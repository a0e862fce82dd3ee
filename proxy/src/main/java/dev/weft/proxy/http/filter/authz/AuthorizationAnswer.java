package dev.weft.proxy.http.filter.authz;

import dev.weft.proxy.http.HeaderList;
import dev.weft.proxy.http.codec.HttpChars;
import java.util.List;
import java.util.Map;

/** What an authorization service says of a request. */
sealed interface AuthorizationAnswer {
  /** Bytes of an answer that are read. */
  int MOST_BYTES = 256 * 1024;

  /** Changes of headers that one answer may ask for. */
  int MOST_CHANGES = 256;

  /** What it tells later filters. */
  default Map<String, ?> metadata() {
    return Map.of();
  }

  /**
   * It may go on.
   *
   * @param request headers of the request that change
   * @param removed headers of the request that go
   * @param response headers of the answer to the caller that change
   */
  record Allowed(
      List<HeaderMutation> request,
      List<String> removed,
      List<HeaderMutation> response,
      QueryChanges query,
      Map<String, ?> metadata)
      implements AuthorizationAnswer {

    /** Whether the request is another one afterwards. */
    boolean changes() {
      return !request.isEmpty() || !removed.isEmpty() || !query.isEmpty();
    }
  }

  /**
   * It is turned away.
   *
   * @param status 200 to 599
   * @param headers of the answer
   */
  record Denied(int status, HeaderList headers, String body, Map<String, ?> metadata)
      implements AuthorizationAnswer {}

  /** There is no answer. */
  record Failed(String why) implements AuthorizationAnswer {}

  /** It cannot be followed: it asks for too much, or for what no message may have. */
  record Invalid(String why) implements AuthorizationAnswer {}

  /** Whether a header may be called so. */
  static boolean isName(String name) {
    return !name.isEmpty() && name.length() <= 256 && HttpChars.isToken(name);
  }

  /** Whether a request may be for this. */
  static boolean isPath(String path) {
    return path.startsWith("/") && path.length() <= 16_384 && HttpChars.isTarget(path);
  }

  /** Whether a header may say this. */
  static boolean isValue(String value) {
    return value.length() <= 8192 && HttpChars.isValue(value);
  }
}

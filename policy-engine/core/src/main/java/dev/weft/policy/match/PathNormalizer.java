package dev.weft.policy.match;

import org.jspecify.annotations.Nullable;

/**
 * Makes paths that mean the same look the same before routes and rules see them, as the connection
 * manager's {@code normalize_path} and {@code merge_slashes} ask: percent-encoded unreserved
 * characters are decoded, {@code \} becomes {@code /}, dot segments are removed (RFC 3986 section
 * 6.2.2), slashes are merged. The query stays as it is. Pure.
 */
public final class PathNormalizer {
  private PathNormalizer() {}

  /**
   * @param target path and query, or {@code *}
   * @return the path normalised; {@code null}: it cannot be (a broken escape, or one of NUL)
   */
  public static @Nullable String normalize(
      String target, boolean normalizePath, boolean mergeSlashes) {
    if (target.charAt(0) != '/') {
      return target;
    }
    int query = target.indexOf('?');
    String path = query < 0 ? target : target.substring(0, query);
    String result = path;
    if (normalizePath && needsWork(path)) {
      String decoded = decodeUnreserved(path);
      if (decoded == null) {
        return null;
      }
      result = removeDotSegments(decoded);
    }
    if (mergeSlashes && result.contains("//")) {
      result = merge(result);
    }
    return query < 0 ? result : result.equals(path) ? target : result + target.substring(query);
  }

  private static boolean needsWork(String path) {
    return path.indexOf('%') >= 0 || path.indexOf('\\') >= 0 || path.contains("/.");
  }

  private static @Nullable String decodeUnreserved(String path) {
    StringBuilder out = new StringBuilder(path.length());
    for (int i = 0; i < path.length(); i++) {
      char c = path.charAt(i);
      if (c == '\\') {
        out.append('/');
      } else if (c != '%') {
        out.append(c);
      } else {
        int high = i + 2 < path.length() ? Character.digit(path.charAt(i + 1), 16) : -1;
        int low = high < 0 ? -1 : Character.digit(path.charAt(i + 2), 16);
        int code = high * 16 + low;
        if (low < 0 || code == 0) {
          return null;
        }
        if (isUnreserved((char) code)) {
          out.append((char) code);
        } else {
          out.append(path, i, i + 3);
        }
        i += 2;
      }
    }
    return out.toString();
  }

  private static boolean isUnreserved(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || c == '-'
        || c == '.'
        || c == '_'
        || c == '~';
  }

  /** RFC 3986 section 5.2.4; dots above the root are dropped. */
  private static String removeDotSegments(String path) {
    StringBuilder out = new StringBuilder(path.length());
    int at = 0;
    while (at < path.length()) {
      // At a slash: the segment reaches to the next one.
      int next = path.indexOf('/', at + 1);
      int end = next < 0 ? path.length() : next;
      String segment = path.substring(at + 1, end);
      boolean last = next < 0;
      switch (segment) {
        case "." -> appendIf(last, out);
        case ".." -> {
          out.setLength(Math.max(0, out.lastIndexOf("/")));
          appendIf(last, out);
        }
        default -> out.append('/').append(segment);
      }
      at = end;
    }
    return out.isEmpty() ? "/" : out.toString();
  }

  private static void appendIf(boolean last, StringBuilder out) {
    if (last) {
      out.append('/');
    }
  }

  private static String merge(String path) {
    StringBuilder out = new StringBuilder(path.length());
    for (int i = 0; i < path.length(); i++) {
      char c = path.charAt(i);
      if (c != '/' || out.isEmpty() || out.charAt(out.length() - 1) != '/') {
        out.append(c);
      }
    }
    return out.toString();
  }
}

package dev.weft.proxy.http.filter.authz;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Changes of a query. As Envoy has it, a query that changes is written anew, its parameters in the
 * order of their names.
 *
 * @param set one value each, already encoded
 */
record QueryChanges(Map<String, String> set, List<String> removed) {
  static final QueryChanges NONE = new QueryChanges(Map.of(), List.of());

  boolean isEmpty() {
    return set.isEmpty() && removed.isEmpty();
  }

  /** The path with another query. */
  String apply(String path) {
    int mark = path.indexOf('?');
    Map<String, List<String>> params = new TreeMap<>();
    if (mark >= 0) {
      for (String param : path.substring(mark + 1).split("&", -1)) {
        int equal = param.indexOf('=');
        String name = equal < 0 ? param : param.substring(0, equal);
        String value = equal < 0 ? "" : param.substring(equal + 1);
        if (!param.isEmpty()) {
          params.computeIfAbsent(name, any -> new ArrayList<>()).add(value);
        }
      }
    }
    set.forEach((name, value) -> params.put(name, List.of(value)));
    removed.forEach(params::remove);
    StringBuilder query = new StringBuilder();
    params.forEach((name, values) -> {
      for (String value : values) {
        query.append(query.isEmpty() ? '?' : '&').append(name).append('=').append(value);
      }
    });
    return (mark < 0 ? path : path.substring(0, mark)) + query;
  }
}

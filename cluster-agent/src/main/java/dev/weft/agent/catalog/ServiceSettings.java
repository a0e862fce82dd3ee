package dev.weft.agent.catalog;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a registration's metadata asks of the mesh.
 *
 * @param weight 1 to 65535
 * @param values {@code protocol}; {@code request-timeout}, {@code per-try-timeout} and {@code
 *     connect-timeout} in milliseconds; {@code trusted-hops}
 * @param problems what is malformed, each beginning with its field; such a field counts as not
 *     there
 */
public record ServiceSettings(int weight, Map<String, String> values, List<String> problems) {
  private static final Set<String> PROTOCOLS = Set.of("http", "http2", "grpc", "tcp");
  private static final List<String> TIMES =
      List.of("request-timeout", "per-try-timeout", "connect-timeout");
  private static final Duration LONGEST = Duration.ofHours(24);

  public ServiceSettings {
    values = Map.copyOf(values);
    problems = List.copyOf(problems);
  }

  /**
   * Reads a registration's metadata.
   *
   * @param registeredWeight the registration's own weight, used where the metadata names none
   */
  public static ServiceSettings of(Map<String, String> meta, int registeredWeight) {
    Map<String, String> values = new HashMap<>();
    List<String> problems = new ArrayList<>();
    String protocol = meta.getOrDefault("protocol", "http");
    if (PROTOCOLS.contains(protocol)) {
      values.put("protocol", protocol);
    } else {
      problems.add("Meta.protocol: expected http, http2, grpc or tcp, found \"" + protocol + "\"");
      values.put("protocol", "http");
    }
    for (String name : TIMES) {
      time(meta, name, values, problems);
    }
    hops(meta, values, problems);
    return new ServiceSettings(weight(meta, registeredWeight, problems), values, problems);
  }

  private static void time(
      Map<String, String> meta, String name, Map<String, String> values, List<String> problems) {
    String text = meta.get("weft-" + name);
    if (text == null) {
      return;
    }
    try {
      Duration duration = GoDuration.parse(text);
      if (duration.toMillis() < 1 || duration.compareTo(LONGEST) > 0) {
        problems.add("Meta.weft-" + name + ": expected 1ms to 24h, found \"" + text + "\"");
      } else {
        values.put(name, Long.toString(duration.toMillis()));
      }
    } catch (IllegalArgumentException e) {
      problems.add("Meta.weft-" + name + ": " + e.getMessage());
    }
  }

  private static void hops(
      Map<String, String> meta, Map<String, String> values, List<String> problems) {
    String text = meta.get("weft-trusted-hops");
    if (text == null) {
      return;
    }
    if (text.matches("\\d{1,2}")) {
      values.put("trusted-hops", Integer.toString(Integer.parseInt(text)));
    } else {
      problems.add("Meta.weft-trusted-hops: expected 0 to 99, found \"" + text + "\"");
    }
  }

  private static int weight(Map<String, String> meta, int registered, List<String> problems) {
    String text = meta.get("weft-weight");
    if (text == null) {
      return Math.clamp(registered, 1, 65_535);
    }
    if (!text.matches("\\d{1,5}")
        || Integer.parseInt(text) < 1
        || Integer.parseInt(text) > 65_535) {
      problems.add("Meta.weft-weight: expected 1 to 65535, found \"" + text + "\"");
      return Math.clamp(registered, 1, 65_535);
    }
    return Integer.parseInt(text);
  }
}

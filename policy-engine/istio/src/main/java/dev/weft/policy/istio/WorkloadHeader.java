package dev.weft.policy.istio;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What a provider that is asked about connections is told of the workload, in one header of the
 * call, coded as forms are: {@code namespace}, {@code service}, {@code port} and the labels as
 * {@code label.<name>}, which for requests are context extensions. Pure.
 */
public final class WorkloadHeader {
  /** Its name. */
  public static final String NAME = "weft-workload";

  /** What labels are called. */
  public static final String LABEL = "label.";

  /** Most characters: more than 8 KiB of headers many servers refuse. */
  static final int LONGEST = 4_096;

  private WorkloadHeader() {}

  /**
   * The value. Where it would be too long it is without labels, and says so by having none: some of
   * them could make a policy that selects by the others look like one that is for somebody else.
   */
  public static String of(Map<String, String> told) {
    String all = coded(told);
    if (all.length() <= LONGEST) {
      return all;
    }
    Map<String, String> few = new TreeMap<>(told);
    few.keySet().removeIf(key -> key.startsWith(LABEL));
    return coded(few);
  }

  private static String coded(Map<String, String> told) {
    return new TreeMap<>(told)
        .entrySet().stream()
            .map(entry ->
                URLEncoder.encode(entry.getKey(), UTF_8)
                    + "="
                    + URLEncoder.encode(entry.getValue(), UTF_8))
            .collect(Collectors.joining("&"));
  }

  /**
   * What a value says.
   *
   * @throws IllegalArgumentException it is none
   */
  public static Map<String, String> read(String value) {
    Map<String, String> told = new HashMap<>();
    for (String entry : value.split("&", -1)) {
      int equals = entry.indexOf('=');
      if (equals < 1) {
        throw new IllegalArgumentException("an entry without a name or a value");
      }
      String key = URLDecoder.decode(entry.substring(0, equals), UTF_8);
      if (told.put(key, URLDecoder.decode(entry.substring(equals + 1), UTF_8)) != null) {
        throw new IllegalArgumentException("an entry twice");
      }
    }
    return told;
  }
}

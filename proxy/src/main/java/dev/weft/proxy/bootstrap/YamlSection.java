package dev.weft.proxy.bootstrap;

import dev.weft.proxy.config.HostPort;
import io.netty.util.NetUtil;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A YAML mapping that is read key by key; problems collect with their path, and {@link #finish}
 * adds the keys that nobody asked for. Confined to the reading thread.
 */
final class YamlSection {
  private static final HostPort NOWHERE = new HostPort("127.0.0.1", 0);

  private final String path;
  private final Map<?, ?> values;
  private final List<String> problems;
  private final Set<String> asked = new HashSet<>();

  YamlSection(String path, @Nullable Object value, List<String> problems) {
    this.path = path;
    this.problems = problems;
    this.values = value instanceof Map<?, ?> map ? map : Map.of();
    if (value != null && !(value instanceof Map<?, ?>)) {
      problems.add((path.isEmpty() ? "the file" : path) + ": expected a mapping");
    }
  }

  private String at(String key) {
    return path.isEmpty() ? key : path + "." + key;
  }

  private @Nullable Object get(String key) {
    asked.add(key);
    return values.get(key);
  }

  void problem(String key, String message) {
    problems.add(at(key) + ": " + message);
  }

  boolean has(String key) {
    return get(key) != null;
  }

  YamlSection section(String key) {
    return new YamlSection(at(key), get(key), problems);
  }

  List<YamlSection> sections(String key) {
    List<YamlSection> sections = new ArrayList<>();
    List<?> items = items(key);
    for (int i = 0; i < items.size(); i++) {
      sections.add(new YamlSection(at(key) + "[" + i + "]", items.get(i), problems));
    }
    return sections;
  }

  private List<?> items(String key) {
    Object value = get(key);
    if (value instanceof List<?> list) {
      return list;
    }
    if (value != null) {
      problem(key, "expected a list");
    }
    return List.of();
  }

  Optional<String> text(String key) {
    Object value = get(key);
    if (value == null) {
      return Optional.empty();
    }
    if (value instanceof Map<?, ?> || value instanceof List<?> || value.toString().isBlank()) {
      problem(key, "expected a text");
      return Optional.empty();
    }
    return Optional.of(value.toString());
  }

  /** A text of a form, which is named in the message. */
  String matching(String key, @Nullable String whenUnset, Pattern form, String formName) {
    String value = text(key).orElse(whenUnset);
    if (value == null) {
      if (get(key) == null) {
        problem(key, "is required");
      }
      return "";
    }
    if (!form.matcher(value).matches()) {
      problem(key, "is not " + formName + ": \"" + value + "\"");
    }
    return value;
  }

  int number(String key, int whenUnset, int least, int most) {
    Object value = get(key);
    if (value == null) {
      return whenUnset;
    }
    if (value instanceof Integer number && number >= least && number <= most) {
      return number;
    }
    problem(key, "expected a number from " + least + " to " + most + ", found " + value);
    return whenUnset;
  }

  /**
   * A literal {@code ip:port}.
   *
   * @param leastPort 0 or 1
   */
  HostPort address(String key, int leastPort) {
    Optional<String> value = text(key);
    if (value.isEmpty()) {
      if (get(key) == null) {
        problem(key, "is required");
      }
      return NOWHERE;
    }
    return address(at(key), value.get(), leastPort, true);
  }

  /** Addresses that may also be host names. */
  List<HostPort> addresses(String key) {
    List<HostPort> addresses = new ArrayList<>();
    List<?> items = items(key);
    for (int i = 0; i < items.size(); i++) {
      addresses.add(address(at(key) + "[" + i + "]", String.valueOf(items.get(i)), 1, false));
    }
    return addresses;
  }

  private HostPort address(String where, String value, int leastPort, boolean literal) {
    try {
      HostPort address = HostPort.parse(value);
      boolean isLiteral =
          NetUtil.isValidIpV4Address(address.host()) || NetUtil.isValidIpV6Address(address.host());
      if (literal && !isLiteral) {
        problems.add(where + ": expected ip:port, found \"" + value + "\"");
      } else if (address.port() < leastPort) {
        problems.add(where + ": the port cannot be 0");
      }
      return address;
    } catch (IllegalArgumentException e) {
      problems.add(
          where
              + ": expected "
              + (literal ? "ip:port" : "host:port")
              + ", found \""
              + value
              + "\"");
      return NOWHERE;
    }
  }

  /** Reports keys that nobody asked for. */
  void finish() {
    for (Object key : values.keySet()) {
      if (!asked.contains(String.valueOf(key))) {
        problem(String.valueOf(key), "is not a known key");
      }
    }
  }
}

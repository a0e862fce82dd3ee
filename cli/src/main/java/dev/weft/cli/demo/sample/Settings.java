package dev.weft.cli.demo.sample;

import java.net.URI;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one instance is told on its command line, as {@code --name value} pairs. Read by hand: a
 * library for command lines would be a fifth of what this program's start costs.
 *
 * @param log where executed requests are logged
 * @param next URL of the service that each request is passed on to; {@code null}: none
 * @param sidecarPort of the sidecar's outbound listener; 0: none
 */
record Settings(
    String service,
    String instance,
    String cluster,
    int port,
    Path log,
    @Nullable URI next,
    int sidecarPort) {
  private static final List<String> REQUIRED =
      List.of("--service", "--instance", "--cluster", "--port", "--log");
  private static final List<String> OPTIONAL = List.of("--next", "--sidecar");

  /** Throws {@link IllegalArgumentException} that names the option. */
  static Settings of(String... arguments) {
    Map<String, String> values = new HashMap<>();
    for (int i = 0; i < arguments.length; i += 2) {
      String name = arguments[i];
      if (!REQUIRED.contains(name) && !OPTIONAL.contains(name)) {
        throw new IllegalArgumentException("there is no option " + name);
      }
      if (i + 1 == arguments.length) {
        throw new IllegalArgumentException(name + " needs a value");
      }
      values.put(name, arguments[i + 1]);
    }
    for (String name : REQUIRED) {
      if (!values.containsKey(name)) {
        throw new IllegalArgumentException(name + " is missing");
      }
    }
    String next = values.get("--next");
    return new Settings(
        values.getOrDefault("--service", ""),
        values.getOrDefault("--instance", ""),
        values.getOrDefault("--cluster", ""),
        port("--port", values.getOrDefault("--port", "")),
        Path.of(values.getOrDefault("--log", "")),
        next == null ? null : URI.create(next),
        port("--sidecar", values.getOrDefault("--sidecar", "0")));
  }

  private static int port(String name, String text) {
    try {
      int port = Integer.parseInt(text);
      if (port >= 0 && port <= 65_535) {
        return port;
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw new IllegalArgumentException(name + ": \"" + text + "\" is not a port");
  }
}

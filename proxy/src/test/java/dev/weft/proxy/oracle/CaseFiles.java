package dev.weft.proxy.oracle;

import dev.weft.proxy.oracle.OracleCase.Attempts;
import dev.weft.proxy.oracle.OracleCase.Call;
import dev.weft.proxy.oracle.OracleCase.Covers;
import dev.weft.proxy.oracle.OracleCase.Origin;
import dev.weft.proxy.oracle.OracleCase.Tls;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.Yaml;

/** Reads the cases. A key that is not known is a mistake in the file and an exception. */
final class CaseFiles {

  /** Set by hand to a pattern of names: these cases only. */
  private static final Pattern ONLY =
      Pattern.compile(System.getProperty("weft.oracle.cases", ".*"));

  private CaseFiles() {}

  /** All cases, by name. */
  static List<OracleCase> all() {
    try (Stream<Path> files =
        Files.list(
            Path.of(Objects.requireNonNull(CaseFiles.class.getResource("/oracle")).toURI()))) {
      return files
          .filter(file -> file.toString().endsWith(".yaml"))
          .filter(file -> ONLY.matcher(name(file)).matches())
          .sorted()
          .map(CaseFiles::read)
          .toList();
    } catch (IOException | URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Those whose names match. */
  static List<OracleCase> named(Pattern names) {
    return all().stream().filter(test -> names.matcher(test.name()).matches()).toList();
  }

  /** The lines of another file beside the cases. */
  static List<String> lines(String file) {
    try {
      return Files.readAllLines(
              Path.of(
                  Objects.requireNonNull(CaseFiles.class.getResource("/oracle/" + file)).toURI()))
          .stream()
          .filter(line -> !line.isBlank())
          .toList();
    } catch (IOException | URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String name(Path file) {
    return file.getFileName().toString().replace(".yaml", "");
  }

  private static OracleCase read(Path file) {
    String name = name(file);
    try {
      Map<String, Object> yaml = OracleTokens.filled(map(new Yaml().load(Files.readString(file))));
      known(
          name,
          yaml,
          Set.of(
              "title",
              "origins",
              "listener",
              "routes",
              "table",
              "clusters",
              "endpoints",
              "secrets",
              "calls",
              "lines",
              "distinct",
              "attempts",
              "covers",
              "tokens",
              "workers"));
      Map<String, Origin> origins = new LinkedHashMap<>();
      map(yaml.get("origins")).forEach((id, origin) -> origins.put(id, origin(name, map(origin))));
      List<Call> calls = new ArrayList<>();
      for (Object call : list(yaml.get("calls"))) {
        calls.add(call(name, map(call)));
      }
      return new OracleCase(
          name,
          text(yaml, "title", ""),
          origins,
          yaml,
          calls,
          attempts(yaml.get("attempts")),
          number(yaml, "lines", 0),
          covers(name, map(yaml.get("covers"))));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (RuntimeException e) {
      throw new IllegalStateException(name + ": " + e.getMessage(), e);
    }
  }

  private static Covers covers(String name, Map<String, Object> yaml) {
    known(name, yaml, Set.of("positive", "negative"));
    return new Covers(names(yaml.get("positive")), names(yaml.get("negative")));
  }

  private static List<String> names(@Nullable Object yaml) {
    return list(yaml).stream().map(String::valueOf).toList();
  }

  private static Origin origin(String name, Map<String, Object> yaml) {
    known(name, yaml, Set.of("protocol", "health", "answers", "awaited"));
    List<Map<String, Object>> answers = new ArrayList<>();
    for (Object answer : list(yaml.get("answers"))) {
      known(
          name,
          map(answer),
          Set.of(
              "status",
              "headers",
              "body",
              "trailers",
              "interim",
              "upgrade",
              "delay",
              "reset",
              "close",
              "hang",
              "bytes",
              "frames",
              "early",
              "for",
              "check"));
      answers.add(map(answer));
    }
    return new Origin(
        text(yaml, "protocol", "http1"),
        yaml.getOrDefault("health", 200),
        answers,
        number(yaml, "awaited", 0));
  }

  private static Call call(String name, Map<String, Object> yaml) {
    known(
        name,
        yaml,
        Set.of(
            "method",
            "host",
            "path",
            "headers",
            "body",
            "http",
            "tls",
            "times",
            "parallel",
            "pause",
            "trailers",
            "raw",
            "frames",
            "answers",
            "tunnel",
            "settings",
            "unseen",
            "until",
            "health",
            "expect",
            "weft"));
    Object tls = yaml.get("tls");
    return new Call(
        text(yaml, "method", "GET"),
        text(yaml, "host", "service.mesh"),
        text(yaml, "path", "/"),
        texts(yaml.get("headers")),
        text(yaml, "body", ""),
        number(yaml, "http", 1),
        tls == null ? null : tls(name, map(tls)),
        number(yaml, "times", 1),
        number(yaml, "parallel", 1),
        number(yaml, "pause", 0),
        texts(yaml.get("trailers")),
        text(yaml, "raw", ""),
        names(yaml.get("frames")),
        number(yaml, "answers", 1),
        number(yaml, "tunnel", 0),
        Boolean.TRUE.equals(yaml.get("settings")),
        Boolean.TRUE.equals(yaml.get("unseen")),
        number(yaml, "until", 0),
        map(yaml.get("health")),
        map(yaml.get("expect")),
        map(yaml.get("weft")));
  }

  private static Tls tls(String name, Map<String, Object> yaml) {
    known(name, yaml, Set.of("sni", "as", "version", "alpn", "groups"));
    return new Tls(
        text(yaml, "sni", ""),
        text(yaml, "as", "none"),
        text(yaml, "version", "TLSv1.3"),
        text(yaml, "alpn", ""),
        text(yaml, "groups", ""));
  }

  private static Map<String, String> texts(@Nullable Object yaml) {
    Map<String, String> texts = new LinkedHashMap<>();
    map(yaml).forEach((key, value) -> texts.put(key, String.valueOf(value)));
    return texts;
  }

  private static Attempts attempts(@Nullable Object yaml) {
    if (yaml instanceof Map<?, ?>) {
      return new Attempts.Within(
          ((Number) Objects.requireNonNull(map(yaml).get("within"))).doubleValue());
    }
    return switch (String.valueOf(Objects.requireNonNullElse(yaml, "exact"))) {
      case "exact" -> new Attempts.Exact();
      case "sorted" -> new Attempts.Sorted();
      case "any" -> new Attempts.Any();
      default -> throw new IllegalStateException("attempts: " + yaml);
    };
  }

  private static void known(String name, Map<String, Object> yaml, Set<String> keys) {
    for (String key : yaml.keySet()) {
      if (!keys.contains(key)) {
        throw new IllegalStateException(name + ": \"" + key + "\" is not known");
      }
    }
  }

  private static String text(Map<String, Object> yaml, String key, String otherwise) {
    return String.valueOf(yaml.getOrDefault(key, otherwise));
  }

  private static int number(Map<String, Object> yaml, String key, int otherwise) {
    return ((Number) yaml.getOrDefault(key, otherwise)).intValue();
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> map(@Nullable Object yaml) {
    return yaml == null ? Map.of() : (Map<String, Object>) yaml;
  }

  @SuppressWarnings("unchecked")
  private static List<Object> list(@Nullable Object yaml) {
    return yaml == null ? List.of() : (List<Object>) yaml;
  }
}

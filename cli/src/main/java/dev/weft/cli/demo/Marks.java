package dev.weft.cli.demo;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The secrets of a demo: those that its programs keep in files, and those that are planted. What
 * they are called may be told, what they are may not. One thread.
 */
final class Marks {
  private static final Pattern KEY =
      Pattern.compile("-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END");

  private final Map<String, String> byName = new LinkedHashMap<>();

  /** Adds a planted one, and returns it. */
  String plant(String name) {
    String value = "planted-" + Long.toHexString(System.nanoTime()) + "-" + byName.size();
    byName.put(name, value);
    return value;
  }

  /** Adds one that was made elsewhere. */
  void add(String name, String value) {
    byName.put(name, value);
  }

  /** Adds the tokens and private keys of all files below. */
  void collect(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String name = String.valueOf(file.getFileName());
        String path = directory.relativize(file).toString();
        if (name.equals("token") || name.equals("admin-token")) {
          byName.put(path, Files.readString(file).strip());
        } else if (name.endsWith(".pem")) {
          Matcher keys = KEY.matcher(Files.readString(file, ISO_8859_1));
          for (int i = 0; keys.find(); i++) {
            // Behind what all keys begin with, and within one line.
            byName.put(path + " key " + i, keys.group(1).strip().substring(48, 64));
          }
        }
      }
    }
  }

  int size() {
    return byName.size();
  }

  /** Whether one of these names is there. */
  boolean knows(String part) {
    return byName.keySet().stream().anyMatch(name -> name.contains(part));
  }

  /** The names of those that are in the text. */
  List<String> in(String text) {
    List<String> found = new ArrayList<>();
    byName.forEach((name, value) -> {
      if (text.contains(value)) {
        found.add(name);
      }
    });
    return found;
  }
}

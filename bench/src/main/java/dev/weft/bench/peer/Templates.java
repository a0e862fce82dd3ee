package dev.weft.bench.peer;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** The configuration templates beside these classes. */
final class Templates {
  private Templates() {}

  /** The template with its {@code $NAME}s replaced. */
  static String fill(String template, Map<String, String> values) throws IOException {
    String text = read(template);
    for (Map.Entry<String, String> value : values.entrySet()) {
      text = text.replace("$" + value.getKey(), value.getValue());
    }
    return text;
  }

  /** The template as it is. */
  static String read(String template) throws IOException {
    try (InputStream in = Templates.class.getResourceAsStream(template)) {
      if (in == null) {
        throw new IOException(template + " is not in the program");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}

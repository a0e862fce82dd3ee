package dev.weft.agent.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The form of a file: one YAML comment with checksum and name, then the content byte for byte. The
 * checksum covers kind, name and content, so that a file put in another's place is found out too.
 */
final class ResourceFile {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern HEADER =
      Pattern.compile("# weft sha256=([0-9a-f]{64}) name=(\".*\")");

  private ResourceFile() {}

  /** What a file said. */
  sealed interface Decoded {
    @SuppressWarnings("ArrayRecordComponent") // handed over once, never compared
    record Intact(String name, byte[] content) implements Decoded {}

    record Corrupt(String reason) implements Decoded {}
  }

  static byte[] encode(String kind, String name, byte[] content) {
    byte[] header =
        ("# weft sha256=" + checksum(kind, name, content) + " name=" + quoted(name) + "\n")
            .getBytes(UTF_8);
    byte[] file = Arrays.copyOf(header, header.length + content.length);
    System.arraycopy(content, 0, file, header.length, content.length);
    return file;
  }

  static Decoded decode(String kind, byte[] file) {
    int newline = 0;
    while (newline < file.length && file[newline] != '\n') {
      newline++;
    }
    Matcher header = HEADER.matcher(new String(file, 0, newline, UTF_8));
    if (newline == file.length || !header.matches()) {
      return new Decoded.Corrupt("its first line is no header of a resource");
    }
    String name;
    try {
      name = JSON.readValue(header.group(2), String.class);
    } catch (JsonProcessingException e) {
      return new Decoded.Corrupt("the name in its first line is malformed");
    }
    byte[] content = Arrays.copyOfRange(file, newline + 1, file.length);
    return checksum(kind, name, content).equals(header.group(1))
        ? new Decoded.Intact(name, content)
        : new Decoded.Corrupt("its content does not match its checksum");
  }

  private static String checksum(String kind, String name, byte[] content) {
    byte[] separator = {0};
    return Sha256.hex(kind.getBytes(UTF_8), separator, name.getBytes(UTF_8), separator, content);
  }

  private static String quoted(String name) {
    try {
      return JSON.writeValueAsString(name);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("not a name", e);
    }
  }
}

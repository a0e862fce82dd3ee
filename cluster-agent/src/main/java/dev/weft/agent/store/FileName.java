package dev.weft.agent.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.HexFormat;

/**
 * Maps a resource's name to the name of its file: one to one for names whose form fits into {@value
 * #LONGEST} characters, by hash beyond. Never a path separator, never a leading dot, never longer
 * than a file system takes.
 */
final class FileName {

  static final String SUFFIX = ".yaml";

  private static final int LONGEST = 200;
  private static final HexFormat HEX = HexFormat.of().withUpperCase();

  private FileName() {}

  static String of(String name) {
    StringBuilder escaped = new StringBuilder(name.length() + 8);
    for (byte b : name.getBytes(UTF_8)) {
      char c = (char) (b & 0xff);
      boolean plain =
          (c >= 'a' && c <= 'z')
              || (c >= 'A' && c <= 'Z')
              || (c >= '0' && c <= '9')
              || c == '-'
              || c == '_'
              || (c == '.' && !escaped.isEmpty());
      if (plain) {
        escaped.append(c);
      } else {
        escaped.append('%').append(HEX.toHexDigits(b));
      }
    }
    if (escaped.length() > LONGEST) {
      escaped.setLength(LONGEST - 70);
      escaped.append("~").append(Sha256.hex(name.getBytes(UTF_8)));
    }
    return escaped.append(SUFFIX).toString();
  }
}

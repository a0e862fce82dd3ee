package dev.weft.agent.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
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

  /**
   * The name behind a file's name; of one that was too long its beginning.
   *
   * @return empty: the file is none of this store's
   */
  static String nameOf(String fileName) {
    if (!fileName.endsWith(SUFFIX)) {
      return "";
    }
    String escaped = fileName.substring(0, fileName.length() - SUFFIX.length());
    int hash = escaped.indexOf('~');
    boolean cut = hash >= 0;
    ByteArrayOutputStream name = new ByteArrayOutputStream();
    for (int i = 0; i < (cut ? hash : escaped.length()); i++) {
      if (escaped.charAt(i) != '%') {
        name.write(escaped.charAt(i));
      } else if (i + 2 < escaped.length() && hexadecimal(escaped, i + 1)) {
        name.write(HexFormat.fromHexDigits(escaped, i + 1, i + 3));
        i += 2;
      } else {
        // The rest of an escape, where the name was cut.
        break;
      }
    }
    String found = name.toString(UTF_8);
    return cut || of(found).equals(fileName) ? found : "";
  }

  private static boolean hexadecimal(String text, int at) {
    return HexFormat.isHexDigit(text.charAt(at)) && HexFormat.isHexDigit(text.charAt(at + 1));
  }
}

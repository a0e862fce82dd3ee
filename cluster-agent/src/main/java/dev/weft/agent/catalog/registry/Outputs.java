package dev.weft.agent.catalog.registry;

import java.nio.charset.StandardCharsets;

/** Keeps what checks say to its bound. Pure. */
final class Outputs {
  private Outputs() {}

  /** At most 4 KiB of it, and as Consul says so, how much there was. */
  static String bounded(String output) {
    if (output.length() <= CheckDefinition.OUTPUT_LIMIT / 4) {
      return output;
    }
    byte[] bytes = output.getBytes(StandardCharsets.UTF_8);
    return bytes.length <= CheckDefinition.OUTPUT_LIMIT
        ? output
        : cut(bytes, CheckDefinition.OUTPUT_LIMIT)
            + " ... (captured "
            + CheckDefinition.OUTPUT_LIMIT
            + " of "
            + bytes.length
            + " bytes)";
  }

  /** The first bytes as text; a character that the cut splits is left out. */
  static String cut(byte[] bytes, int limit) {
    int end = Math.min(bytes.length, limit);
    if (end < bytes.length) {
      while (end > 0 && (bytes[end] & 0xC0) == 0x80) {
        end--;
      }
    }
    return new String(bytes, 0, end, StandardCharsets.UTF_8);
  }
}

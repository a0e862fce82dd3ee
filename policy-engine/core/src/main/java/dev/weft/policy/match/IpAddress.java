package dev.weft.policy.match;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * An IP address as a number. An IPv6 address that holds an IPv4 one stays IPv6, as Envoy takes it.
 *
 * @param high the first 64 bits; of IPv4 all 32, left-aligned
 * @param low the other 64 bits; 0 for IPv4
 */
public record IpAddress(boolean v6, long high, long low) {

  /** Bits of an address of its family. */
  public int bits() {
    return v6 ? 128 : 32;
  }

  /** Four or sixteen bytes in network order; throws {@link IllegalArgumentException} for others. */
  public static IpAddress of(byte[] bytes) {
    return switch (bytes.length) {
      case 4 -> new IpAddress(false, number(bytes, 0, 4) << 32, 0);
      case 16 -> new IpAddress(true, number(bytes, 0, 8), number(bytes, 8, 16));
      default -> throw new IllegalArgumentException(bytes.length + " bytes are no address");
    };
  }

  private static long number(byte[] bytes, int from, int to) {
    long number = 0;
    for (int i = from; i < to; i++) {
      number = number << 8 | (bytes[i] & 0xff);
    }
    return number;
  }

  /**
   * Reads dotted IPv4 or IPv6 (RFC 4291 section 2.2), without brackets, port and zone; {@code
   * null}: neither. Looks no names up.
   */
  public static @Nullable IpAddress parse(String text) {
    if (text.length() > 45) {
      return null;
    }
    if (text.indexOf(':') < 0) {
      long number = dotted(text);
      return number < 0 ? null : new IpAddress(false, number << 32, 0);
    }
    return groups(text);
  }

  /** -1: not four decimal numbers up to 255, without leading zeros. */
  private static long dotted(String text) {
    String[] parts = text.split("\\.", -1);
    if (parts.length != 4) {
      return -1;
    }
    long number = 0;
    for (String part : parts) {
      int value = digits(part, 3, 10);
      if (value < 0 || value > 255 || (part.length() > 1 && part.charAt(0) == '0')) {
        return -1;
      }
      number = number << 8 | value;
    }
    return number;
  }

  private static int digits(String text, int most, int radix) {
    if (text.isEmpty() || text.length() > most) {
      return -1;
    }
    int value = 0;
    for (int i = 0; i < text.length(); i++) {
      int digit = text.charAt(i) < 128 ? Character.digit(text.charAt(i), radix) : -1;
      if (digit < 0) {
        return -1;
      }
      value = value * radix + digit;
    }
    return value;
  }

  private static @Nullable IpAddress groups(String text) {
    int gap = text.indexOf("::");
    if (gap >= 0 && text.indexOf("::", gap + 1) >= 0) {
      return null;
    }
    int[] all = new int[8];
    int front = gap < 0 ? fill(text, all, true) : fill(text.substring(0, gap), all, false);
    if (front < 0 || (gap < 0 && front != 8)) {
      return null;
    }
    if (gap >= 0) {
      int[] end = new int[8];
      int back = fill(text.substring(gap + 2), end, true);
      if (back < 0 || front + back > 7) {
        return null;
      }
      System.arraycopy(end, 0, all, 8 - back, back);
    }
    long high = 0;
    long low = 0;
    for (int i = 0; i < 4; i++) {
      high = high << 16 | all[i];
      low = low << 16 | all[i + 4];
    }
    return new IpAddress(true, high, low);
  }

  /**
   * How many groups there are; -1: the text is broken.
   *
   * @param last whether it is the end of an address, which may be dotted IPv4
   */
  private static int fill(String text, int[] into, boolean last) {
    if (text.isEmpty()) {
      return 0;
    }
    String[] parts = text.split(":", -1);
    int count = 0;
    for (int i = 0; i < parts.length; i++) {
      boolean dotted = parts[i].indexOf('.') >= 0;
      long value = dotted ? dotted(parts[i]) : digits(parts[i], 4, 16);
      if (value < 0
          || (dotted && !(last && i == parts.length - 1))
          || count + (dotted ? 2 : 1) > 8) {
        return -1;
      }
      if (dotted) {
        into[count++] = (int) (value >>> 16);
      }
      into[count++] = (int) (value & 0xffff);
    }
    return count;
  }

  /** Dotted, or eight groups without leading zeros; {@link #parse} reads it. */
  @Override
  public String toString() {
    if (!v6) {
      return (high >>> 56)
          + "."
          + (high >>> 48 & 0xff)
          + "."
          + (high >>> 40 & 0xff)
          + "."
          + (high >>> 32 & 0xff);
    }
    StringBuilder text = new StringBuilder(39);
    for (int i = 0; i < 8; i++) {
      long group = (i < 4 ? high >>> (48 - 16 * i) : low >>> (112 - 16 * i)) & 0xffff;
      text.append(i == 0 ? "" : ":").append(Long.toHexString(group).toLowerCase(Locale.ROOT));
    }
    return text.toString();
  }
}

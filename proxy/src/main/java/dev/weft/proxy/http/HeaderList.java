package dev.weft.proxy.http;

import dev.weft.policy.match.CookieString;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Header fields in the order they came, several of a name allowed. Names are lower case. A flat
 * array: most messages have fewer than twenty fields, where a scan is cheaper than hashing. Not
 * thread-safe.
 */
public final class HeaderList {
  private String[] fields;
  private int size;

  public HeaderList() {
    this(16);
  }

  /** Makes room for so many fields. */
  public HeaderList(int expected) {
    fields = new String[Math.max(4, expected * 2)];
  }

  /** The number of fields. */
  public int size() {
    return size;
  }

  public String name(int index) {
    return fields[index * 2];
  }

  public String value(int index) {
    return fields[index * 2 + 1];
  }

  /** The first value of the name; {@code null}: none. */
  public @Nullable String get(String name) {
    for (int i = 0; i < size; i++) {
      if (fields[i * 2].equals(name)) {
        return fields[i * 2 + 1];
      }
    }
    return null;
  }

  /** All values of the name joined by a comma (RFC 9110 section 5.3); {@code null}: none. */
  public @Nullable String joined(String name) {
    String first = null;
    StringBuilder all = null;
    for (int i = 0; i < size; i++) {
      if (!fields[i * 2].equals(name)) {
        continue;
      }
      if (first == null) {
        first = fields[i * 2 + 1];
      } else {
        all = all == null ? new StringBuilder(first) : all;
        all.append(',').append(fields[i * 2 + 1]);
      }
    }
    return all == null ? first : all.toString();
  }

  /** The first cookie of the name, of all {@code cookie} fields; {@code null}: none. */
  public @Nullable String cookie(String name) {
    for (int i = 0; i < size; i++) {
      if (fields[i * 2].equals("cookie")) {
        String value = CookieString.first(fields[i * 2 + 1], name);
        if (value != null) {
          return value;
        }
      }
    }
    return null;
  }

  /** Adds a field after the others. */
  public HeaderList add(String name, String value) {
    if (size * 2 == fields.length) {
      fields = Arrays.copyOf(fields, fields.length * 2);
    }
    fields[size * 2] = name;
    fields[size * 2 + 1] = value;
    size++;
    return this;
  }

  /** Replaces all fields of the name by one. */
  public HeaderList set(String name, String value) {
    remove(name);
    return add(name, value);
  }

  /** Removes all fields of the name. */
  public HeaderList remove(String name) {
    int kept = 0;
    for (int i = 0; i < size; i++) {
      if (fields[i * 2].equals(name)) {
        continue;
      }
      fields[kept * 2] = fields[i * 2];
      fields[kept * 2 + 1] = fields[i * 2 + 1];
      kept++;
    }
    Arrays.fill(fields, kept * 2, size * 2, "");
    size = kept;
    return this;
  }

  /** An independent copy: each attempt of a retried request gets its own. */
  public HeaderList copy() {
    HeaderList copy = new HeaderList(size);
    System.arraycopy(fields, 0, copy.fields, 0, size * 2);
    copy.size = size;
    return copy;
  }

  @Override
  public String toString() {
    // Names only: values may be secrets.
    StringBuilder text = new StringBuilder("[");
    for (int i = 0; i < size; i++) {
      text.append(i == 0 ? "" : ", ").append(fields[i * 2]);
    }
    return text.append(']').toString();
  }
}

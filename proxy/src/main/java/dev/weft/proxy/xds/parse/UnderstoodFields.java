package dev.weft.proxy.xds.parse;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The one list of what is understood: message types, their fields, and what each means. Immutable.
 *
 * <p>{@code google.protobuf} values (durations, wrappers, structs) are understood wherever the
 * field that holds them is.
 */
public final class UnderstoodFields {
  private static final UnderstoodFields ALL =
      parse(
          List.of(
              ListenerFields.TEXT,
              RbacFields.TEXT,
              HttpFields.TEXT,
              JwtFields.TEXT,
              ExtAuthzFields.TEXT,
              AccessLogFields.TEXT,
              TracingFields.TEXT,
              RouteFields.TEXT,
              UpstreamFields.TEXT,
              EndpointFields.TEXT,
              TlsFields.TEXT,
              SharedFields.TEXT));

  private final Map<String, Map<String, FieldDoc>> byMessage;

  private UnderstoodFields(Map<String, Map<String, FieldDoc>> byMessage) {
    this.byMessage = Collections.unmodifiableMap(byMessage);
  }

  /**
   * One field.
   *
   * @param meaning what Weft does with it
   * @param whenUnset the value that an unset field has; empty: the field is required, or unset
   *     means that the thing is not there
   * @param limits what is refused; empty: nothing beyond its type
   */
  public record FieldDoc(String field, String meaning, String whenUnset, String limits) {}

  /** The list. */
  public static UnderstoodFields all() {
    return ALL;
  }

  /** Message full names to their fields, in the order of the documentation. */
  public Map<String, Map<String, FieldDoc>> byMessage() {
    return byMessage;
  }

  boolean understands(FieldDescriptor field) {
    return understandsMessage(field.getContainingType())
        && (isValue(field.getContainingType())
            || byMessage
                .getOrDefault(field.getContainingType().getFullName(), Map.of())
                .containsKey(field.getName()));
  }

  boolean understandsMessage(Descriptor message) {
    return isValue(message) || byMessage.containsKey(message.getFullName());
  }

  static boolean isValue(Descriptor message) {
    return message.getFullName().startsWith("google.protobuf.");
  }

  private static UnderstoodFields parse(List<String> texts) {
    Map<String, Map<String, FieldDoc>> found = new LinkedHashMap<>();
    for (String text : texts) {
      Map<String, FieldDoc> current = new LinkedHashMap<>();
      for (String line : text.lines().map(String::strip).filter(l -> !l.isEmpty()).toList()) {
        String[] parts = line.split("\\|", -1);
        if (parts.length == 1) {
          current = new LinkedHashMap<>();
          if (found.put(line, current) != null) {
            throw new IllegalStateException("listed twice: " + line);
          }
        } else {
          FieldDoc doc =
              new FieldDoc(parts[0].strip(), parts[1].strip(), part(parts, 2), part(parts, 3));
          if (current.put(doc.field(), doc) != null) {
            throw new IllegalStateException("listed twice: " + line);
          }
        }
      }
    }
    return new UnderstoodFields(found);
  }

  private static String part(String[] parts, int index) {
    return parts.length > index ? parts[index].strip() : "";
  }
}

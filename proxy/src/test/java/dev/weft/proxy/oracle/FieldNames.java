package dev.weft.proxy.oracle;

import com.google.protobuf.Any;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import dev.weft.proxy.xds.parse.TypedConfigs;
import dev.weft.proxy.xds.parse.UnderstoodFields;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The understood fields under the names that cases use: message and field, as {@code
 * RouteMatch.prefix}, with as much of the message's full name before it as makes it unique.
 */
final class FieldNames {

  private static final Map<String, Message> TYPED =
      TypedConfigs.known().stream()
          .collect(Collectors.toMap(m -> m.getDescriptorForType().getFullName(), m -> m));

  private static final Map<String, String> SHORT = shortNames();

  private FieldNames() {}

  /** All of them. */
  static SortedSet<String> all() {
    return new TreeSet<>(SHORT.values());
  }

  /** The name of a field; {@code null}: it is not understood, or part of a value. */
  static @Nullable String of(FieldDescriptor field) {
    return SHORT.get(full(field));
  }

  /** What is refused, in the words of the documentation. */
  static String limits(FieldDescriptor field) {
    return UnderstoodFields.all()
        .byMessage()
        .get(field.getContainingType().getFullName())
        .get(field.getName())
        .limits();
  }

  /**
   * The understood fields that are set anywhere in a message, typed configurations included.
   *
   * @param unset gets the booleans and constants that are not set in a message that is there
   */
  static void collect(
      Message message, Map<String, FieldDescriptor> set, Map<String, FieldDescriptor> unset) {
    if (message instanceof Any any) {
      Message inner = unpack(any);
      if (inner != null) {
        collect(inner, set, unset);
      }
      return;
    }
    for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
      String name = of(field);
      if (field.isRepeated() ? message.getRepeatedFieldCount(field) > 0 : message.hasField(field)) {
        if (name != null) {
          set.put(name, field);
        }
        Object value = message.getField(field);
        for (Object one : value instanceof List<?> list ? list : List.of(value)) {
          if (one instanceof Message nested) {
            collect(nested, set, unset);
          }
        }
      } else if (name != null && Changes.speaksWhenUnset(field)) {
        unset.put(name, field);
      }
    }
  }

  /** What a typed configuration holds; {@code null}: not a type that is understood. */
  static @Nullable Message unpack(Any any) {
    Message type = TYPED.get(any.getTypeUrl().substring(any.getTypeUrl().lastIndexOf('/') + 1));
    try {
      return type == null ? null : type.getParserForType().parseFrom(any.getValue());
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String full(FieldDescriptor field) {
    Descriptor message = field.getContainingType();
    return message.getFullName() + "." + field.getName();
  }

  private static Map<String, String> shortNames() {
    List<String> all = new ArrayList<>();
    UnderstoodFields.all()
        .byMessage()
        .forEach((message, fields) -> fields.keySet().forEach(f -> all.add(message + "." + f)));
    Map<String, String> names = new TreeMap<>();
    for (String full : all) {
      int from = full.lastIndexOf('.', full.lastIndexOf('.') - 1);
      while (from > 0 && ambiguous(all, full.substring(from))) {
        from = full.lastIndexOf('.', from - 1);
      }
      names.put(full, full.substring(from + 1));
    }
    return names;
  }

  private static boolean ambiguous(List<String> all, String suffix) {
    return all.stream().filter(one -> one.endsWith(suffix)).count() > 1;
  }
}

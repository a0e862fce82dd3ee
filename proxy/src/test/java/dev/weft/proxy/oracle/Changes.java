package dev.weft.proxy.oracle;

import com.google.protobuf.Any;
import com.google.protobuf.BoolValue;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.Duration;
import com.google.protobuf.Empty;
import com.google.protobuf.Message;
import com.google.protobuf.util.Durations;
import dev.weft.proxy.oracle.Mutation.Change;
import dev.weft.proxy.oracle.Mutation.Edit;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What can be done to a field of a kind: to see what depends on it, and to make it wrong. */
final class Changes {

  private static final Pattern NUMBERS = Pattern.compile("\\d+");

  /** The change that takes a field away. */
  static final String REMOVED = "removed";

  private static final Edit REMOVE = (holder, field) -> holder.clearField(field);

  /** No kind of field has more. */
  static final int MOST = 16;

  /** From a matcher's expression to its route there are so many. */
  private static final int WIDEST = 5;

  private Changes() {}

  /** Other values that a field of this kind may well have, none of them meant to be refused. */
  static List<Change> other(FieldDescriptor field) {
    List<Change> all = new ArrayList<>();
    if (field.isRepeated()) {
      all.add(set("without the last", Changes::withoutLast));
      all.add(set("without the first", Changes::withoutFirst));
      if (field.getJavaType() == JavaType.STRING) {
        all.add(each("another text", value -> value + "-other"));
      } else if (field.getJavaType() == JavaType.INT) {
        all.add(each("another number", value -> (Integer) value + 1));
      }
    } else if (isBool(field)) {
      all.add(value("flipped", old -> bool(old) ? no(old) : yes(old)));
      all.add(new Change("set where unset", true, Changes::setTrue));
    } else if (isNumber(field)) {
      for (long factor : List.of(1000, 10)) {
        all.add(value("times " + factor, old -> number(old, number(old) * factor)));
      }
      all.add(value("one more", old -> number(old, number(old) + 1)));
      all.add(value("one", old -> number(old, 1)));
      all.add(value("zero", old -> number(old, 0)));
    } else if (isDuration(field)) {
      all.add(value("twenty times", old -> Durations.fromNanos(20 * nanos(old))));
      all.add(value("a millisecond", old -> Durations.fromMillis(1)));
    } else if (field.getJavaType() == JavaType.STRING) {
      all.add(value("another text", old -> other((String) old)));
    } else if (field.getJavaType() == JavaType.ENUM) {
      all.addAll(constants(field));
    } else if (isPart(field)) {
      all.add(value("empty", old -> ((Message) old).getDefaultInstanceForType()));
      all.add(value("lists without the last", old -> lists((Message) old, Changes::withoutLast)));
      all.add(value("lists without the first", old -> lists((Message) old, Changes::withoutFirst)));
    }
    all.add(set(REMOVED, REMOVE));
    return all;
  }

  /**
   * For a field without which what holds it is refused: the field goes together with the messages
   * around it, from the nearest on.
   */
  static List<Change> wider() {
    List<Change> all = new ArrayList<>();
    for (int around = 1; around <= WIDEST; around++) {
      all.add(new Change("removed with " + around + " around it", false, REMOVE, around));
    }
    return all;
  }

  /** Values at the edge of what the documentation allows, and beyond the field's kind. */
  static List<Change> wrong(FieldDescriptor field, String limits) {
    List<Change> all = new ArrayList<>();
    all.add(set(REMOVED, REMOVE));
    if (field.isRepeated()) {
      all.add(set("the first twice", Changes::twice));
      if (field.getJavaType() == JavaType.STRING) {
        all.add(each("empty texts", value -> ""));
        all.add(each("strange texts", value -> ":no name\n"));
      } else if (field.getJavaType() == JavaType.INT) {
        edges(limits).forEach(edge -> all.add(each("" + edge, value -> edge.intValue())));
      }
    } else if (isBool(field)) {
      all.add(value("flipped", old -> bool(old) ? no(old) : yes(old)));
      all.add(new Change("set where unset", true, Changes::setTrue));
    } else if (isNumber(field)) {
      edges(limits).forEach(edge -> all.add(value("" + edge, old -> number(old, edge))));
    } else if (isDuration(field)) {
      all.add(value("minus one second", old -> Durations.fromSeconds(-1)));
      all.add(value("zero", old -> Durations.ZERO));
      all.add(value("nanoseconds beyond a second", Changes::malformed));
    } else if (field.getJavaType() == JavaType.STRING) {
      for (String text :
          List.of("", ":no name\n", "x".repeat(5000), "[(", "100%", "%START_TIME%")) {
        all.add(value(text.length() > 20 ? "long" : "\"" + text + "\"", old -> text));
      }
    } else if (field.getJavaType() == JavaType.BYTE_STRING) {
      all.add(value("no PEM", old -> ByteString.copyFromUtf8("no PEM")));
    } else if (field.getJavaType() == JavaType.ENUM) {
      all.addAll(constants(field));
      for (EnumValueDescriptor constant : field.getEnumType().getValues()) {
        all.add(
            new Change(
                constant.getName() + " where unset",
                true,
                (holder, same) -> holder.setField(same, constant)));
      }
    } else if (isMessage(field, Any.getDescriptor().getFullName())) {
      all.add(value("another type", old -> Any.pack(Empty.getDefaultInstance())));
    } else if (field.getJavaType() == JavaType.MESSAGE) {
      all.add(value("empty", old -> ((Message) old).getDefaultInstanceForType()));
    }
    return all;
  }

  private static TreeSet<Long> edges(String limits) {
    TreeSet<Long> edges = new TreeSet<>(List.of(0L, 0xffff_ffffL, -1L));
    NUMBERS
        .matcher(limits)
        .results()
        .map(MatchResult::group)
        .map(Long::parseLong)
        .forEach(n -> edges.addAll(List.of(n - 1, n, n + 1)));
    return edges;
  }

  private static List<Change> constants(FieldDescriptor field) {
    List<Change> all = new ArrayList<>();
    for (EnumValueDescriptor constant : field.getEnumType().getValues()) {
      all.add(value(constant.getName(), old -> constant));
    }
    return all;
  }

  private static Change set(String how, Edit edit) {
    return new Change(how, false, edit);
  }

  private static Change value(String how, UnaryOperator<Object> edit) {
    return set(how, (holder, field) -> holder.setField(field, edit.apply(holder.getField(field))));
  }

  private static Change each(String how, UnaryOperator<Object> edit) {
    return set(
        how,
        (holder, field) ->
            holder.setField(field, ((List<?>) holder.getField(field)).stream().map(edit).toList()));
  }

  /** A message of the configuration, not a value or a typed configuration. */
  static boolean isPart(FieldDescriptor field) {
    return field.getJavaType() == JavaType.MESSAGE
        && !field.getMessageType().getFullName().startsWith("google.protobuf.");
  }

  private static Message lists(Message message, Edit edit) {
    Message.Builder builder = message.toBuilder();
    for (FieldDescriptor inner : message.getDescriptorForType().getFields()) {
      if (inner.isRepeated() && message.getRepeatedFieldCount(inner) > 0) {
        edit.apply(builder, inner);
      }
    }
    return builder.build();
  }

  private static boolean isMessage(FieldDescriptor field, String name) {
    return field.getJavaType() == JavaType.MESSAGE
        && field.getMessageType().getFullName().equals(name);
  }

  /** Whether a field that is not set says something of its own: false, or a first constant. */
  static boolean speaksWhenUnset(FieldDescriptor field) {
    return isBool(field) || (field.getJavaType() == JavaType.ENUM && !field.isRepeated());
  }

  /** Whether it is true or false, or not said. */
  static boolean isBool(FieldDescriptor field) {
    return field.getJavaType() == JavaType.BOOLEAN
        || isMessage(field, BoolValue.getDescriptor().getFullName());
  }

  private static boolean isNumber(FieldDescriptor field) {
    return switch (field.getJavaType()) {
      case INT, LONG, FLOAT, DOUBLE -> true;
      case MESSAGE -> field.getMessageType().getFullName().matches(".*protobuf.*Int\\d+Value");
      default -> false;
    };
  }

  private static boolean isDuration(FieldDescriptor field) {
    return isMessage(field, Duration.getDescriptor().getFullName());
  }

  private static boolean bool(Object value) {
    return value instanceof BoolValue held ? held.getValue() : (Boolean) value;
  }

  private static Object yes(Object like) {
    return like instanceof BoolValue ? BoolValue.of(true) : true;
  }

  private static Object no(Object like) {
    return like instanceof BoolValue ? BoolValue.of(false) : false;
  }

  private static void setTrue(Message.Builder holder, FieldDescriptor field) {
    holder.setField(field, field.getJavaType() == JavaType.BOOLEAN ? true : BoolValue.of(true));
  }

  private static long number(Object value) {
    return value instanceof Message wrapper
        ? ((Number) wrapper.getField(held(wrapper))).longValue()
        : ((Number) value).longValue();
  }

  private static Object number(Object like, long to) {
    return switch (like) {
      case Message wrapper ->
          wrapper.toBuilder()
              .setField(held(wrapper), number(wrapper.getField(held(wrapper)), to))
              .build();
      case Integer i -> (int) to;
      case Long l -> to;
      case Float f -> (float) to;
      default -> (double) to;
    };
  }

  private static FieldDescriptor held(Message wrapper) {
    return wrapper.getDescriptorForType().findFieldByName("value");
  }

  private static long nanos(@Nullable Object duration) {
    return Durations.toNanos((Duration) duration);
  }

  private static Duration malformed(Object old) {
    return Duration.newBuilder().setSeconds(1).setNanos(2_000_000_000).build();
  }

  private static String other(String text) {
    return text.matches("[0-9.]+") ? "127.0.0.9" : text + "-other";
  }

  private static void withoutLast(Message.Builder holder, FieldDescriptor field) {
    List<?> all = (List<?>) holder.getField(field);
    holder.setField(field, List.copyOf(all.subList(0, all.size() - 1)));
  }

  private static void withoutFirst(Message.Builder holder, FieldDescriptor field) {
    List<?> all = (List<?>) holder.getField(field);
    holder.setField(field, List.copyOf(all.subList(1, all.size())));
  }

  private static void twice(Message.Builder holder, FieldDescriptor field) {
    if (!field.isMapField()) {
      holder.addRepeatedField(field, holder.getRepeatedField(field, 0));
    }
  }
}

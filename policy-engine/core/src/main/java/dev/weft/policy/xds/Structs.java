package dev.weft.policy.xds;

import com.google.protobuf.ListValue;
import com.google.protobuf.NullValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What filters say, as {@code google.protobuf.Struct} and back. Pure. */
public final class Structs {
  private Structs() {}

  /** From JSON values: maps, lists, texts, numbers, flags, {@code null}; others become texts. */
  public static Struct struct(Map<String, ?> values) {
    Struct.Builder struct = Struct.newBuilder();
    values.forEach((name, value) -> struct.putFields(name, value(value)));
    return struct.build();
  }

  private static Value value(@Nullable Object value) {
    Value.Builder made = Value.newBuilder();
    return switch (value) {
      case null -> made.setNullValue(NullValue.NULL_VALUE).build();
      case String text -> made.setStringValue(text).build();
      case Boolean flag -> made.setBoolValue(flag).build();
      case Number number -> made.setNumberValue(number.doubleValue()).build();
      case Map<?, ?> map -> {
        Struct.Builder struct = Struct.newBuilder();
        map.forEach((name, one) -> struct.putFields(String.valueOf(name), value(one)));
        yield made.setStructValue(struct).build();
      }
      case List<?> list -> {
        ListValue.Builder values = ListValue.newBuilder();
        list.forEach(one -> values.addValues(value(one)));
        yield made.setListValue(values).build();
      }
      default -> made.setStringValue(value.toString()).build();
    };
  }

  /** To JSON values; every number is a {@link Double}. */
  public static Map<String, @Nullable Object> map(Struct struct) {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    struct.getFieldsMap().forEach((name, value) -> map.put(name, object(value)));
    return map;
  }

  private static @Nullable Object object(Value value) {
    return switch (value.getKindCase()) {
      case NULL_VALUE, KIND_NOT_SET -> null;
      case NUMBER_VALUE -> value.getNumberValue();
      case STRING_VALUE -> value.getStringValue();
      case BOOL_VALUE -> value.getBoolValue();
      case STRUCT_VALUE -> map(value.getStructValue());
      case LIST_VALUE -> {
        List<@Nullable Object> list = new ArrayList<>();
        value.getListValue().getValuesList().forEach(one -> list.add(object(one)));
        yield list;
      }
    };
  }
}

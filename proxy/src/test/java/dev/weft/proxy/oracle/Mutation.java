package dev.weft.proxy.oracle;

import com.google.protobuf.Any;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.List;

/**
 * A change of one field wherever a resource sets it.
 *
 * @param field by {@link FieldNames}
 */
record Mutation(String field, Change change) {

  /** What becomes of the field. */
  record Change(String how, boolean whereUnset, Edit edit) {}

  /** Changes the field in the message that holds it. */
  @FunctionalInterface
  interface Edit {
    void apply(Message.Builder holder, FieldDescriptor field);
  }

  String how() {
    return change.how();
  }

  /** The resources of a case with the change in all of them. */
  Resources in(Resources all) {
    return all.map(this::in);
  }

  /** The message with the change at every place; the same one if there is no such place. */
  @SuppressWarnings("unchecked")
  <M extends Message> M in(M message) {
    return (M) changed(message);
  }

  private Message changed(Message message) {
    if (message instanceof Any any) {
      Message inner = FieldNames.unpack(any);
      return inner == null ? any : Any.pack(changed(inner));
    }
    Message.Builder builder = message.toBuilder();
    for (FieldDescriptor one : message.getDescriptorForType().getFields()) {
      boolean set =
          one.isRepeated() ? message.getRepeatedFieldCount(one) > 0 : message.hasField(one);
      if (field.equals(FieldNames.of(one))) {
        if (set != change.whereUnset()) {
          change.edit().apply(builder, one);
        }
      } else if (set && one.getJavaType() == JavaType.MESSAGE) {
        descend(builder, one);
      }
    }
    return builder.build();
  }

  private void descend(Message.Builder builder, FieldDescriptor one) {
    if (!one.isRepeated()) {
      builder.setField(one, changed((Message) builder.getField(one)));
      return;
    }
    List<Object> items = new ArrayList<>();
    for (int i = 0; i < builder.getRepeatedFieldCount(one); i++) {
      Message item = (Message) builder.getRepeatedField(one, i);
      items.add(one.isMapField() ? entry(item) : changed(item));
    }
    builder.setField(one, items);
  }

  private Message entry(Message entry) {
    FieldDescriptor value = entry.getDescriptorForType().findFieldByNumber(2);
    return entry.getField(value) instanceof Message held
        ? entry.toBuilder().setField(value, changed(held)).build()
        : entry;
  }
}

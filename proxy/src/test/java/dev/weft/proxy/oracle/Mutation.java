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

  /**
   * What becomes of the field.
   *
   * @param around how many of the messages around it go with it
   */
  record Change(String how, boolean whereUnset, Edit edit, int around) {
    Change(String how, boolean whereUnset, Edit edit) {
      this(how, whereUnset, edit, 0);
    }
  }

  /** A message with the change, and how many are to go: itself, what holds it, and so on. */
  private record Changed(Message message, int going) {}

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
    Changed changed = changed(message);
    return changed.going > 0 ? message : (M) changed.message;
  }

  private Changed changed(Message message) {
    if (message instanceof Any any) {
      Message inner = FieldNames.unpack(any);
      if (inner == null) {
        return new Changed(any, 0);
      }
      Changed changed = changed(inner);
      return new Changed(Any.pack(changed.message), changed.going);
    }
    Message.Builder builder = message.toBuilder();
    int going = 0;
    for (FieldDescriptor one : message.getDescriptorForType().getFields()) {
      boolean set =
          one.isRepeated() ? message.getRepeatedFieldCount(one) > 0 : message.hasField(one);
      if (field.equals(FieldNames.of(one))) {
        if (set != change.whereUnset()) {
          change.edit().apply(builder, one);
          going = Math.max(going, change.around());
        }
      } else if (set && one.getJavaType() == JavaType.MESSAGE) {
        going = Math.max(going, descend(builder, one));
      }
    }
    return new Changed(builder.build(), going);
  }

  /** How many are to go, from the holder on. */
  private int descend(Message.Builder builder, FieldDescriptor one) {
    if (!one.isRepeated()) {
      Changed changed = changed((Message) builder.getField(one));
      if (changed.going > 0) {
        builder.clearField(one);
      } else {
        builder.setField(one, changed.message);
      }
      return changed.going - 1;
    }
    List<Object> items = new ArrayList<>();
    int going = 0;
    for (int i = 0; i < builder.getRepeatedFieldCount(one); i++) {
      Message item = (Message) builder.getRepeatedField(one, i);
      Changed changed = one.isMapField() ? entry(item) : changed(item);
      if (changed.going == 0) {
        items.add(changed.message);
      }
      going = Math.max(going, changed.going - 1);
    }
    builder.setField(one, items);
    return going;
  }

  private Changed entry(Message entry) {
    FieldDescriptor value = entry.getDescriptorForType().findFieldByNumber(2);
    if (entry.getField(value) instanceof Message held) {
      Changed changed = changed(held);
      return new Changed(entry.toBuilder().setField(value, changed.message).build(), changed.going);
    }
    return new Changed(entry, 0);
  }
}

package dev.weft.proxy.oracle;

import com.google.protobuf.Any;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.Message;
import dev.weft.proxy.xds.parse.AnyResource;
import dev.weft.proxy.xds.parse.UnderstoodFields;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/** The messages within a resource, those in typed configurations and in maps too. */
final class Places {
  private Places() {}

  /**
   * A message in its resource.
   *
   * @param path the fields that lead to it, without indices
   * @param put the resource with another message there
   */
  record Place(String path, Message message, UnaryOperator<Message> put) {
    /** The resource with the message changed. */
    Message with(UnaryOperator<Message> change) {
      return put.apply(change.apply(message));
    }
  }

  /** All of a resource, itself among them; values of {@code google.protobuf} are not. */
  static List<Place> of(Message resource) {
    List<Place> all = new ArrayList<>();
    visit(new Place("", resource, changed -> changed), all);
    return all;
  }

  private static void visit(Place place, List<Place> all) {
    Message message = place.message();
    if (message instanceof Any any) {
      Message inner = FieldNames.unpack(any);
      if (inner != null) {
        visit(new Place(place.path(), inner, changed -> place.put().apply(Any.pack(changed))), all);
      }
      return;
    }
    if (isValue(message)) {
      return;
    }
    all.add(place);
    message.getAllFields().keySet().stream()
        .filter(field -> field.getJavaType() == JavaType.MESSAGE)
        .forEach(field -> inside(place, field, all));
  }

  private static void inside(Place place, FieldDescriptor field, List<Place> all) {
    Message message = place.message();
    String path = place.path() + "." + field.getName();
    if (!field.isRepeated()) {
      visit(
          new Place(
              path,
              (Message) message.getField(field),
              changed -> place.put().apply(message.toBuilder().setField(field, changed).build())),
          all);
      return;
    }
    for (int i = 0; i < message.getRepeatedFieldCount(field); i++) {
      int index = i;
      Message item = (Message) message.getRepeatedField(field, i);
      UnaryOperator<Message> put =
          changed ->
              place
                  .put()
                  .apply(message.toBuilder().setRepeatedField(field, index, changed).build());
      if (!field.isMapField()) {
        visit(new Place(path, item, put), all);
      } else {
        FieldDescriptor value = item.getDescriptorForType().findFieldByNumber(2);
        if (item.getField(value) instanceof Message held) {
          visit(
              new Place(
                  path,
                  held,
                  changed -> put.apply(item.toBuilder().setField(value, changed).build())),
              all);
        }
      }
    }
  }

  static boolean isValue(Message message) {
    return message.getDescriptorForType().getFullName().startsWith("google.protobuf.");
  }

  /**
   * What a resource is read as, or why it is not, as text: regular expressions have no equality.
   */
  static String parsed(Message resource) {
    return AnyResource.parse(resource).toString();
  }

  /** The resources of all cases, each once. */
  static List<Message> corpus() {
    Set<Message> resources = new LinkedHashSet<>();
    OraclePki pki = new OraclePki();
    for (OracleCase test : CaseFiles.all()) {
      Map<String, Integer> ports = new HashMap<>();
      test.origins().keySet().forEach(id -> ports.put(id, 1));
      resources.addAll(Resources.of(test, ports, pki).all());
    }
    resources.add(pki.trustBundles());
    return List.copyOf(resources);
  }

  /** The fields of the message that are not in the list of what is understood. */
  static List<FieldDescriptor> unlisted(Message message) {
    Map<String, UnderstoodFields.FieldDoc> listed =
        UnderstoodFields.all()
            .byMessage()
            .getOrDefault(message.getDescriptorForType().getFullName(), Map.of());
    return message.getDescriptorForType().getFields().stream()
        .filter(field -> !listed.containsKey(field.getName()))
        .toList();
  }

  /** The message with some value in the field, or with one more. */
  static Message set(Message message, FieldDescriptor field) {
    Message.Builder builder = message.toBuilder();
    Object value = AnyResource.value(builder, field);
    return (field.isRepeated()
            ? builder.addRepeatedField(field, value)
            : builder.setField(field, value))
        .build();
  }
}

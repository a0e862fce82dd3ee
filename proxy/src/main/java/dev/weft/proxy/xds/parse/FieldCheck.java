package dev.weft.proxy.xds.parse;

import com.google.protobuf.Any;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.MapEntry;
import com.google.protobuf.Message;
import dev.weft.policy.xds.Problems;
import io.envoyproxy.envoy.config.cluster.v3.LoadBalancingPolicy;
import io.envoyproxy.envoy.config.route.v3.FilterConfig;
import java.util.List;
import java.util.Map;

/**
 * Holds a whole message against {@link UnderstoodFields}: every field that is set and not in the
 * list, every unknown protobuf field, every unknown enum value and every unknown typed
 * configuration is a problem, at any depth.
 */
final class FieldCheck {
  private static final UnderstoodFields UNDERSTOOD = UnderstoodFields.all();

  private FieldCheck() {}

  static void check(Message message, Problems problems) {
    for (int number : message.getUnknownFields().asMap().keySet()) {
      problems.add("unknown field number " + number);
    }
    if (message instanceof Any any) {
      checkTyped(any, problems);
      return;
    }
    for (Map.Entry<FieldDescriptor, Object> set : message.getAllFields().entrySet()) {
      FieldDescriptor field = set.getKey();
      Problems at = problems.field(field.getName());
      if (!UNDERSTOOD.understands(field)) {
        at.add("is not supported");
      } else if (message instanceof LoadBalancingPolicy policies) {
        checkFirstSupported(policies, at);
      } else if (!passedOver(message, field)) {
        checkValue(field, set.getValue(), at);
      }
    }
  }

  /** What {@code is_optional} is for: a filter that this proxy does not have. */
  private static boolean passedOver(Message message, FieldDescriptor field) {
    return message instanceof FilterConfig filter
        && filter.getIsOptional()
        && field.getName().equals("config")
        && !TypedConfigs.isKnown(filter.getConfig());
  }

  private static void checkValue(FieldDescriptor field, Object value, Problems problems) {
    if (!field.isRepeated()) {
      checkSingle(field, value, problems);
      return;
    }
    List<?> values = (List<?>) value;
    for (int i = 0; i < values.size(); i++) {
      if (values.get(i) instanceof MapEntry<?, ?> entry) {
        FieldDescriptor valueField = field.getMessageType().findFieldByNumber(2);
        checkSingle(valueField, entry.getValue(), problems.entry(String.valueOf(entry.getKey())));
      } else {
        checkSingle(field, values.get(i), problems.item(i));
      }
    }
  }

  private static void checkSingle(FieldDescriptor field, Object value, Problems problems) {
    switch (value) {
      case Message nested -> check(nested, problems);
      case EnumValueDescriptor constant when constant.getIndex() < 0 ->
          problems.add(
              "unknown value " + constant.getNumber() + " of " + field.getEnumType().getName());
      // Scalars are judged where they are read.
      default -> {}
    }
  }

  private static void checkTyped(Any any, Problems problems) {
    if (!TypedConfigs.isKnown(any)) {
      problems.add(
          any.getTypeUrl().isEmpty()
              ? "is required"
              : "unsupported type " + Texts.quoted(any.getTypeUrl()));
      return;
    }
    Message message = TypedConfigs.unpack(any);
    if (message == null) {
      problems.add("is not a " + Texts.quoted(any.getTypeUrl()));
    } else {
      check(message, problems);
    }
  }

  /**
   * Envoy takes the first policy that it supports and does not look at types that it does not know.
   */
  private static void checkFirstSupported(LoadBalancingPolicy policies, Problems problems) {
    for (int i = 0; i < policies.getPoliciesCount(); i++) {
      LoadBalancingPolicy.Policy policy = policies.getPolicies(i);
      if (TypedConfigs.isKnown(policy.getTypedExtensionConfig().getTypedConfig())) {
        check(policy, problems.item(i));
      }
    }
  }
}

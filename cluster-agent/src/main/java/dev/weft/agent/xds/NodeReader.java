package dev.weft.agent.xds;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.weft.agent.attest.WellKnown;
import dev.weft.agent.model.Address;
import dev.weft.agent.model.NodeAnnouncement;
import dev.weft.agent.model.NodeAnnouncement.Role;
import dev.weft.policy.identity.SpiffeId;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.grpc.Status;
import io.netty.util.NetUtil;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads what a node announces (docs/contract.md) and believes of it what its certificate allows:
 * role gateway needs the gateway's identity; namespace and service account are the certificate's
 * whatever the node says. Keys that are not known are ignored, so that newer nodes can connect.
 * Pure.
 */
final class NodeReader {
  private static final Pattern ID = Pattern.compile("[A-Za-z0-9._-]{1,128}");
  private static final int MOST_WORKLOADS = 64;
  private static final int MOST_FEATURES = 128;

  private NodeReader() {}

  /** What was read. */
  sealed interface Read {
    record Known(NodeAnnouncement node) implements Read {}

    record Refused(Status status) implements Read {}
  }

  static Read read(Node node, SpiffeId identity) {
    try {
      return known(node, identity);
    } catch (IllegalArgumentException e) {
      return new Read.Refused(Status.INVALID_ARGUMENT.withDescription(e.getMessage()));
    }
  }

  private static Read known(Node node, SpiffeId identity) {
    if (!ID.matcher(node.getId()).matches()) {
      throw new IllegalArgumentException("node.id: expected 1 to 128 characters [A-Za-z0-9._-]");
    }
    Struct weft = weft(node);
    Role role =
        switch (text(weft, "role", "sidecar")) {
          case "sidecar" -> Role.SIDECAR;
          case "gateway" -> Role.GATEWAY;
          default ->
              throw new IllegalArgumentException(path("role") + ": expected sidecar or gateway");
        };
    if (role == Role.GATEWAY && !WellKnown.isGateway(identity)) {
      return refused(path("role") + ": " + identity + " is not a gateway's identity");
    }
    if (!text(weft, "namespace", identity.namespace()).equals(identity.namespace())) {
      return refused(path("namespace") + ": the certificate is of " + identity);
    }
    if (!text(weft, "service_account", identity.serviceAccount())
        .equals(identity.serviceAccount())) {
      return refused(path("service_account") + ": the certificate is of " + identity);
    }
    if (node.getClientFeaturesCount() > MOST_FEATURES) {
      throw new IllegalArgumentException("node.client_features: at most " + MOST_FEATURES);
    }
    Set<String> features = Set.copyOf(node.getClientFeaturesList());
    boolean sidecar = role == Role.SIDECAR;
    return new Read.Known(
        new NodeAnnouncement(
            node.getId(),
            role,
            identity,
            sidecar ? address(weft, "inbound") : null,
            sidecar ? address(weft, "outbound") : null,
            sidecar ? workloads(weft) : Set.of(),
            sidecar ? null : address(weft, "east_west"),
            sidecar ? null : address(weft, "east_west_advertise"),
            features));
  }

  private static Struct weft(Node node) {
    Value value = node.getMetadata().getFieldsOrDefault("weft", Value.getDefaultInstance());
    return switch (value.getKindCase()) {
      case STRUCT_VALUE -> value.getStructValue();
      // A client that fronts nothing and binds nothing of ours, for instance a proxyless one.
      case KIND_NOT_SET, NULL_VALUE -> Struct.getDefaultInstance();
      case NUMBER_VALUE, STRING_VALUE, BOOL_VALUE, LIST_VALUE ->
          throw new IllegalArgumentException("node.metadata.weft: expected a struct");
    };
  }

  private static Set<Address> workloads(Struct weft) {
    Value value = weft.getFieldsOrDefault("workloads", Value.getDefaultInstance());
    if (value.getKindCase() == Value.KindCase.KIND_NOT_SET) {
      return Set.of();
    }
    if (value.getKindCase() != Value.KindCase.LIST_VALUE
        || value.getListValue().getValuesCount() > MOST_WORKLOADS) {
      throw new IllegalArgumentException(
          path("workloads") + ": expected a list of at most " + MOST_WORKLOADS);
    }
    Set<Address> workloads = new HashSet<>();
    int index = 0;
    for (Value one : value.getListValue().getValuesList()) {
      String at = "workloads[" + index + "].address";
      Address address = parsed(at, text(one.getStructValue(), "address", ""));
      if (address == null) {
        throw new IllegalArgumentException(path(at) + ": missing");
      }
      workloads.add(address);
      index++;
    }
    return workloads;
  }

  private static @Nullable Address address(Struct weft, String key) {
    return parsed(key, text(weft, key, ""));
  }

  private static @Nullable Address parsed(String key, String text) {
    if (text.isEmpty()) {
      return null;
    }
    try {
      Address address = Address.parse(text);
      if (!NetUtil.isValidIpV4Address(address.host())
          && !NetUtil.isValidIpV6Address(address.host())) {
        throw new IllegalArgumentException("expected a literal ip:port, found \"" + text + "\"");
      }
      return address;
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(path(key) + ": " + e.getMessage(), e);
    }
  }

  private static String text(Struct struct, String key, String otherwise) {
    Value value = struct.getFieldsOrDefault(key, Value.getDefaultInstance());
    return switch (value.getKindCase()) {
      case STRING_VALUE -> value.getStringValue();
      case KIND_NOT_SET, NULL_VALUE -> otherwise;
      case NUMBER_VALUE, BOOL_VALUE, STRUCT_VALUE, LIST_VALUE ->
          throw new IllegalArgumentException(path(key) + ": expected a string");
    };
  }

  private static Read refused(String message) {
    return new Read.Refused(Status.PERMISSION_DENIED.withDescription(message));
  }

  private static String path(String key) {
    return "node.metadata.weft." + key;
  }
}

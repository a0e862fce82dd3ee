package dev.weft.proxy.xds.parse;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * The list of understood fields names real messages and fields, all of them reachable, and {@code
 * docs/xds.md} says the same. {@code WEFT_UPDATE=1} in the environment writes the page.
 */
final class XdsDocumentationTest {
  private static final String REJECTED = "/xds/rejected.txt";

  private static final String HEAD =
      """
      # The xDS fields that a proxy understands

      Delta ADS, v3. Resources: Listener, RouteConfiguration, Cluster, ClusterLoadAssignment, Secret. A field that is set and is
      not in these tables, a protobuf field that the proxy does not know, an unknown enum value or an unknown typed
      configuration makes the resource that holds it rejected, with the path of each such field; nothing is ignored. A rejected
      resource keeps its previous version and is named in the NACK; the other resources of the same response are applied. An
      unset field has the value in the third column, which is Envoy's documented one; where that column is empty the field is
      required or the thing that it describes is not there. `google.protobuf` wrappers, durations and structs are values.

      Of what listeners, connection managers and routes are made of, *Rejected* says which other fields there are and why they
      are; fields that Envoy has deprecated are rejected without more words. Whole features that are not offered stand in
      [envoy-differences.md](envoy-differences.md).

      This page is written from the list that the parser checks against (`dev.weft.proxy.xds.parse.UnderstoodFields`); a test
      keeps the two equal.
      """;

  /** Of messages whose names begin so every field is either understood or has a reason. */
  private static final List<String> WHOLE =
      List.of(
          "envoy.config.listener.",
          "envoy.config.rbac.",
          "envoy.extensions.filters.network.rbac.",
          "envoy.extensions.filters.network.ext_authz.",
          "envoy.extensions.filters.http.rbac.",
          "envoy.extensions.filters.listener.",
          "envoy.extensions.filters.network.tcp_proxy.",
          "envoy.extensions.filters.network.http_connection_manager.",
          "envoy.extensions.filters.http.cors.",
          "envoy.extensions.filters.http.fault.",
          "envoy.extensions.filters.http.router.",
          "envoy.extensions.filters.common.fault.",
          "envoy.config.route.v3.RouteConfiguration",
          "envoy.config.route.v3.VirtualHost",
          "envoy.config.route.v3.Route.",
          "envoy.config.route.v3.RouteMatch.",
          "envoy.config.route.v3.RouteAction.",
          "envoy.config.route.v3.WeightedCluster.",
          "envoy.config.core.v3.Http1ProtocolOptions",
          "envoy.config.core.v3.Http2ProtocolOptions");

  /** Hash policies are part of balancing. */
  private static final String BALANCING = "envoy.config.route.v3.RouteAction.HashPolicy";

  private static Map<String, Descriptor> reachable() {
    Deque<Descriptor> open = new ArrayDeque<>();
    open.add(Listener.getDescriptor());
    open.add(RouteConfiguration.getDescriptor());
    open.add(Cluster.getDescriptor());
    open.add(ClusterLoadAssignment.getDescriptor());
    open.add(Secret.getDescriptor());
    TypedConfigs.known().stream().map(Message::getDescriptorForType).forEach(open::add);
    Map<String, Descriptor> seen = new TreeMap<>();
    while (!open.isEmpty()) {
      Descriptor next = open.remove();
      if (seen.putIfAbsent(next.getFullName(), next) == null) {
        next.getFields().stream()
            .filter(f -> f.getJavaType() == FieldDescriptor.JavaType.MESSAGE)
            .forEach(f -> open.add(f.getMessageType()));
      }
    }
    return seen;
  }

  @Test
  void namesMessagesAndFieldsThatExist() {
    Map<String, Descriptor> reachable = reachable();
    List<String> wrong = new ArrayList<>();
    UnderstoodFields.all()
        .byMessage()
        .forEach((name, fields) -> {
          Descriptor message = reachable.get(name);
          if (message == null) {
            wrong.add(name);
          } else {
            fields.keySet().stream()
                .filter(field -> message.findFieldByName(field) == null)
                .forEach(field -> wrong.add(name + "." + field));
          }
        });
    assertThat(wrong).isEmpty();
  }

  @Test
  void listsEveryMessageThatAFieldHolds() {
    Map<String, Descriptor> reachable = reachable();
    List<String> missing = new ArrayList<>();
    UnderstoodFields.all()
        .byMessage()
        .forEach((name, fields) ->
            reachable.get(name).getFields().stream()
                .filter(f ->
                    fields.containsKey(f.getName())
                        && f.getJavaType() == FieldDescriptor.JavaType.MESSAGE)
                .map(f -> f.isMapField() ? f.getMessageType().findFieldByNumber(2) : f)
                .filter(f -> f.getJavaType() == FieldDescriptor.JavaType.MESSAGE)
                .map(FieldDescriptor::getMessageType)
                .filter(held -> !UnderstoodFields.all().understandsMessage(held))
                .forEach(held -> missing.add(name + " holds " + held.getFullName())));
    TypedConfigs.known().stream()
        .map(m -> m.getDescriptorForType())
        .filter(m -> !UnderstoodFields.all().understandsMessage(m))
        .forEach(m -> missing.add(m.getFullName()));
    assertThat(missing).isEmpty();
  }

  @Test
  void whatElseThereIsHasAReason() throws IOException {
    Map<String, Descriptor> reachable = reachable();
    Map<String, Map<String, String>> rejected = rejected();
    List<String> wrong = new ArrayList<>();
    UnderstoodFields.all()
        .byMessage()
        .forEach((name, understood) -> {
          boolean whole =
              WHOLE.stream().anyMatch((name + ".")::startsWith) && !name.startsWith(BALANCING);
          if (!whole && !rejected.containsKey(name)) {
            return;
          }
          Set<String> others = new TreeSet<>();
          reachable.get(name).getFields().stream()
              .filter(f -> !f.getOptions().getDeprecated() && !understood.containsKey(f.getName()))
              .forEach(f -> others.add(f.getName()));
          Set<String> told = new TreeSet<>();
          rejected.getOrDefault(name, Map.of()).values().forEach(all -> told.addAll(names(all)));
          if (!told.equals(others)) {
            wrong.add(name + ": told " + told + ", there are " + others);
          }
        });
    assertThat(wrong).isEmpty();
    assertThat(UnderstoodFields.all().byMessage().keySet()).containsAll(rejected.keySet());
  }

  private static List<String> names(String list) {
    return List.of(list.split(", "));
  }

  /** By message: reasons and the fields that have them, joined by a comma. */
  private static Map<String, Map<String, String>> rejected() throws IOException {
    Map<String, Map<String, String>> all = new TreeMap<>();
    Map<String, String> current = new LinkedHashMap<>();
    try (InputStream file =
        Objects.requireNonNull(XdsDocumentationTest.class.getResourceAsStream(REJECTED))) {
      for (String line : new String(file.readAllBytes(), UTF_8).lines().toList()) {
        String[] parts = line.split(" \\| ", 2);
        if (parts.length == 2) {
          current.put(parts[1], parts[0]);
        } else if (!line.isBlank()) {
          current = new LinkedHashMap<>();
          all.put(line, current);
        }
      }
    }
    return all;
  }

  @Test
  void isWhatTheDocumentationSays() throws IOException {
    Path page = Path.of(System.getProperty("weft.root", ".."), "docs", "xds.md");
    if (System.getenv("WEFT_UPDATE") != null) {
      Files.writeString(page, render());
    }
    assertThat(page).hasContent(render());
  }

  private static String render() throws IOException {
    StringBuilder text = new StringBuilder(HEAD);
    Map<String, Map<String, String>> rejected = rejected();
    UnderstoodFields.all()
        .byMessage()
        .forEach((name, fields) -> {
          text.append("\n## ").append(name).append('\n');
          if (fields.isEmpty()) {
            text.append("No fields.\n");
          } else {
            text.append("| field | meaning | unset | limits |\n|---|---|---|---|\n");
          }
          fields
              .values()
              .forEach(f ->
                  text.append(
                      "| `%s` | %s | %s | %s |\n"
                          .formatted(f.field(), f.meaning(), f.whenUnset(), f.limits())));
          Map<String, String> others = rejected.getOrDefault(name, Map.of());
          text.append(others.isEmpty() ? "" : "\nRejected:\n");
          others.forEach((why, which) ->
              text.append("- `")
                  .append(String.join("`, `", names(which)))
                  .append("`: ")
                  .append(why)
                  .append('\n'));
        });
    return text.toString();
  }
}

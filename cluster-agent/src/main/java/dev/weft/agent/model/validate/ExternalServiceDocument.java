package dev.weft.agent.model.validate;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.agent.model.Address;
import dev.weft.agent.model.ExternalService;
import dev.weft.agent.model.ServiceKey;
import dev.weft.policy.document.Fields;
import dev.weft.policy.document.Problem;
import dev.weft.policy.document.Validated;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** {@code ExternalService} of {@code mesh.weft.dev/v1}. */
public final class ExternalServiceDocument {

  /** The kind's name in the store and in URLs. */
  public static final String KIND = "external-services";

  private static final int MOST_HOSTS = 8;
  private static final int MOST_PORT = 65_535;
  private static final String PEM = "-----BEGIN";

  private ExternalServiceDocument() {}

  /** Reads a document whose URL names it so. */
  public static Validated<ExternalService> read(JsonNode document, String namespace, String name) {
    List<Problem> problems = new ArrayList<>();
    keyMaterial(document, "", problems);
    if (!problems.isEmpty()) {
      // Other problems would repeat what was found.
      return new Validated.Invalid<>(problems);
    }
    Fields fields = Fields.of(document, problems, Set.of("apiVersion", "kind", "metadata", "spec"));
    fields.constant("apiVersion", "mesh.weft.dev/v1");
    fields.constant("kind", "ExternalService");
    Metadata.annotations(fields, namespace, name);
    Fields spec = fields.object("spec", Set.of("hosts", "address", "port", "protocol", "tls"));
    List<String> hosts = hosts(spec);
    Optional<String> host = address(spec);
    if (!spec.has("port")) {
      spec.problem("port", "required");
    }
    Optional<Integer> port = spec.number("port", 1, MOST_PORT);
    boolean http2 = http2(spec);
    String known = hosts.isEmpty() ? host.orElse("") : hosts.getFirst();
    Optional<ExternalService.Tls> tls = ExternalTlsReader.read(spec, known);
    return Validated.of(
        problems,
        () ->
            new ExternalService(
                new ServiceKey(namespace, name),
                hosts,
                new Address(host.orElseThrow(), port.orElseThrow()),
                http2,
                tls));
  }

  /** Keys and certificates are files of the sidecars: whoever reads resources must not see one. */
  private static void keyMaterial(JsonNode node, String path, List<Problem> problems) {
    if (node.isTextual() && node.textValue().contains(PEM)) {
      problems.add(
          new Problem(path, "expected the name of a file on the sidecar's host, found a PEM"));
    }
    node.properties()
        .forEach(field ->
            keyMaterial(
                field.getValue(),
                path.isEmpty() ? field.getKey() : path + "." + field.getKey(),
                problems));
    for (int i = 0; node.isArray() && i < node.size(); i++) {
      keyMaterial(node.get(i), path + "[" + i + "]", problems);
    }
  }

  private static List<String> hosts(Fields spec) {
    List<String> hosts = spec.texts("hosts");
    if (spec.has("hosts") && (hosts.isEmpty() || hosts.size() > MOST_HOSTS)) {
      spec.problem("hosts", "expected 1 to " + MOST_HOSTS + ", found " + hosts.size());
    }
    Set<String> seen = new LinkedHashSet<>();
    for (int i = 0; i < hosts.size(); i++) {
      String host = hosts.get(i);
      if (!HostText.isName(host)) {
        spec.problem("hosts[" + i + "]", HostText.expected("a DNS name in lower case", host));
      } else if (HostText.isOfMesh(host)) {
        spec.problem("hosts[" + i + "]", "\"" + host + "\" is a name within the mesh");
      } else if (!seen.add(host)) {
        spec.problem("hosts[" + i + "]", "\"" + host + "\" is there already");
      }
    }
    return List.copyOf(seen);
  }

  private static Optional<String> address(Fields spec) {
    Optional<String> text = spec.requiredText("address");
    Optional<String> address =
        text.flatMap(HostText::literal).or(() -> text.filter(HostText::isName));
    if (text.isPresent() && address.isEmpty()) {
      spec.problem(
          "address",
          HostText.expected("an IP address or a DNS name in lower case", text.orElseThrow()));
    }
    if (address.filter(HostText::isOfMesh).isPresent()) {
      spec.problem("address", "\"" + address.orElseThrow() + "\" is a name within the mesh");
    }
    return address;
  }

  private static boolean http2(Fields spec) {
    String protocol = spec.text("protocol").orElse("http");
    return switch (protocol) {
      case "http" -> false;
      case "http2" -> true;
      case "tcp" -> {
        spec.problem("protocol", "tcp is not supported: expected http or http2");
        yield false;
      }
      default -> {
        spec.problem("protocol", HostText.expected("http or http2", protocol));
        yield false;
      }
    };
  }
}

package dev.weft.policy.istio.read;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.policy.document.Fields;
import dev.weft.policy.document.Problem;
import dev.weft.policy.document.Validated;
import dev.weft.policy.istio.Attachment;
import dev.weft.policy.istio.PeerAuthentication;
import dev.weft.policy.istio.PeerAuthentication.Mode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** {@code PeerAuthentication} of {@code security.istio.io/v1} and {@code v1beta1}. */
public final class PeerAuthenticationDocument {

  /** The kind's name in the store and in URLs. */
  public static final String KIND = "peer-authentications";

  /** The fields of {@code spec}. */
  static final Set<String> SPEC = Set.of("selector", "mtls", "portLevelMtls");

  static final Set<String> MTLS = Set.of("mode");

  private PeerAuthenticationDocument() {}

  /** Reads a document whose URL names it so. */
  public static Validated<PeerAuthentication> read(
      JsonNode document, String namespace, String name) {
    List<Problem> problems = new ArrayList<>();
    SecurityDocument head =
        SecurityDocument.read(document, "PeerAuthentication", namespace, name, SPEC, problems);
    Fields spec = head.spec();
    Attachment attachment = head.attachment();
    Mode mode = mode(spec.object("mtls", MTLS));
    Map<Integer, Mode> ports = ports(document, spec);
    if (!ports.isEmpty() && attachment instanceof Attachment.Everything) {
      spec.problem("portLevelMtls", "needs a selector with labels");
    }
    return Validated.of(
        problems,
        () -> new PeerAuthentication(head.name(), attachment, head.created(), mode, ports));
  }

  private static Map<Integer, Mode> ports(JsonNode document, Fields spec) {
    Map<Integer, Mode> ports = new TreeMap<>();
    if (!spec.has("portLevelMtls")) {
      return ports;
    }
    JsonNode written = document.path("spec").path("portLevelMtls");
    if (!written.isObject() || written.isEmpty()) {
      spec.problem("portLevelMtls", "expected at least one port with its mode");
      return ports;
    }
    for (Map.Entry<String, JsonNode> entry : written.properties()) {
      String at = "portLevelMtls[\"" + Fields.brief(entry.getKey()) + "\"]";
      int port = entry.getKey().matches("[1-9]\\d{0,4}") ? Integer.parseInt(entry.getKey()) : 0;
      if (port < 1 || port > 65_535) {
        spec.problem(at, "expected a port from 1 to 65535");
      } else {
        ports.put(port, mode(spec.element(entry.getValue(), spec.at(at), MTLS)));
      }
    }
    return ports;
  }

  private static Mode mode(Fields mtls) {
    String text = mtls.text("mode").orElse("UNSET");
    return switch (text) {
      case "UNSET" -> Mode.UNSET;
      case "DISABLE" -> Mode.DISABLE;
      case "PERMISSIVE" -> Mode.PERMISSIVE;
      case "STRICT" -> Mode.STRICT;
      default -> {
        mtls.problem(
            "mode",
            "expected UNSET, DISABLE, PERMISSIVE or STRICT, found \"" + Fields.brief(text) + "\"");
        yield Mode.UNSET;
      }
    };
  }
}

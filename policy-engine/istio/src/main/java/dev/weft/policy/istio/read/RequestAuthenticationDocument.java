package dev.weft.policy.istio.read;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.policy.document.Problem;
import dev.weft.policy.document.Validated;
import dev.weft.policy.istio.Attachment;
import dev.weft.policy.istio.RequestAuthentication;
import dev.weft.policy.istio.RequestAuthentication.JwtRule;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** {@code RequestAuthentication} of {@code security.istio.io/v1} and {@code v1beta1}. */
public final class RequestAuthenticationDocument {

  /** The kind's name in the store and in URLs. */
  public static final String KIND = "request-authentications";

  /** The fields of {@code spec}. */
  static final Set<String> SPEC = Set.of("selector", "targetRef", "targetRefs", "jwtRules");

  private RequestAuthenticationDocument() {}

  /** Reads a document whose URL names it so. */
  public static Validated<RequestAuthentication> read(
      JsonNode document, String namespace, String name) {
    List<Problem> problems = new ArrayList<>();
    SecurityDocument head =
        SecurityDocument.read(document, "RequestAuthentication", namespace, name, SPEC, problems);
    Attachment attachment = head.attachment();
    List<JwtRule> rules = new ArrayList<>();
    for (JsonNode element : head.spec().array("jwtRules")) {
      String at = head.spec().at("jwtRules[" + rules.size() + "]");
      rules.add(JwtRuleReader.read(head.spec().element(element, at, JwtRuleReader.RULE)));
    }
    return Validated.of(problems, () -> new RequestAuthentication(head.name(), attachment, rules));
  }
}

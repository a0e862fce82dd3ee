package dev.weft.policy.istio.read;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.policy.document.Problem;
import dev.weft.policy.istio.Attachment;
import dev.weft.policy.istio.AuthorizationPolicy;
import dev.weft.policy.istio.AuthorizationPolicy.Action;
import dev.weft.policy.istio.AuthorizationPolicy.Rule;
import dev.weft.policy.istio.PeerAuthentication;
import dev.weft.policy.istio.PeerAuthentication.Mode;
import dev.weft.policy.istio.PolicyName;
import dev.weft.policy.istio.SecurityPolicy;
import dev.weft.policy.istio.SecurityPolicy.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What holds in the place of a resource that was valid for whoever wrote it and cannot be read by
 * this version: it never lets anybody do more than the resource could have meant. What of the
 * resource can still be read for certain makes it narrower. Pure.
 */
public final class StandIn {
  /** In front of the name of the policy that stands for a {@code RequestAuthentication}. */
  private static final String TOKENS = "request-authentication/";

  private StandIn() {}

  /**
   * In its place.
   *
   * @param document as far as there is one
   * @return of the same kind, but for {@code RequestAuthentication}: an {@code AuthorizationPolicy}
   *     named {@link #forTokens}, which no document can be called
   */
  public static SecurityPolicy of(Kind kind, JsonNode document, String namespace, String name) {
    return switch (kind) {
      case AUTHORIZATION -> authorization(document, namespace, name);
      case PEER_AUTHENTICATION ->
          new PeerAuthentication(
              new PolicyName(namespace, name),
              head("PeerAuthentication", PeerAuthenticationDocument.SPEC, document, namespace, name)
                  .attachment(),
              PeerAuthentication.FIRST,
              Mode.STRICT,
              Map.of());
      // Tokens could be anywhere in a request, and headers made of claims be anybody's.
      case REQUEST_AUTHENTICATION ->
          denial(
              forTokens(namespace, name),
              head(
                      "RequestAuthentication",
                      RequestAuthenticationDocument.SPEC,
                      document,
                      namespace,
                      name)
                  .attachment());
    };
  }

  /** The name of the policy that stands for a {@code RequestAuthentication}. */
  public static PolicyName forTokens(String namespace, String name) {
    return new PolicyName(namespace, TOKENS + name);
  }

  private static AuthorizationPolicy authorization(
      JsonNode document, String namespace, String name) {
    Head head =
        head("AuthorizationPolicy", AuthorizationPolicyDocument.SPEC, document, namespace, name);
    String action =
        head.certain() ? document.path("spec").path("action").asText("ALLOW") : "unknown";
    String dryRun =
        document
            .path("metadata")
            .path("annotations")
            .path(AuthorizationPolicyDocument.DRY_RUN)
            .asText("false");
    PolicyName named = new PolicyName(namespace, name);
    boolean harmless =
        action.equals("AUDIT") || (head.certain() && AuthorizationPolicyDocument.isDryRun(dryRun));
    // Without rules nothing is allowed by it, and others may allow what they did. As a dry run it
    // has no say, which is all that it had.
    return harmless || action.equals("ALLOW")
        ? new AuthorizationPolicy(named, head.attachment(), Action.ALLOW, "", harmless, List.of())
        : denial(named, head.attachment());
  }

  private static AuthorizationPolicy denial(PolicyName name, Attachment attachment) {
    return new AuthorizationPolicy(
        name,
        attachment,
        Action.DENY,
        "",
        false,
        List.of(new Rule(List.of(), List.of(), List.of())));
  }

  /**
   * @param certain whether all that is wrong is within fields that are known here and select
   *     nothing, so that the others mean what they say
   */
  private record Head(Attachment attachment, boolean certain) {}

  private static Head head(
      String kind, Set<String> fields, JsonNode document, String namespace, String name) {
    List<Problem> problems = new ArrayList<>();
    SecurityDocument head =
        SecurityDocument.read(document, kind, namespace, name, fields, problems);
    Attachment attachment = head.attachment();
    boolean certain = problems.isEmpty() && document.path("spec").isObject();
    return new Head(certain ? attachment : new Attachment.Unknown(), certain);
  }
}

package dev.weft.policy.server;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.policy.document.Document;
import dev.weft.policy.document.Problem;
import dev.weft.policy.document.Validated;
import dev.weft.policy.istio.AuthorizationPolicy;
import dev.weft.policy.istio.PeerAuthentication;
import dev.weft.policy.istio.PolicyName;
import dev.weft.policy.istio.RequestAuthentication;
import dev.weft.policy.istio.SecurityPolicies;
import dev.weft.policy.istio.SecurityPolicy;
import dev.weft.policy.istio.read.AuthorizationPolicyDocument;
import dev.weft.policy.istio.read.PeerAuthenticationDocument;
import dev.weft.policy.istio.read.RequestAuthenticationDocument;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;

/**
 * Reads the policies of a directory's files: YAML, one or several documents in each, also lists as
 * {@code kubectl get -o yaml} prints them. Pure.
 *
 * <p>{@code CUSTOM} policies are checked and left out: they say that somebody is asked, and this is
 * who. So are {@code PeerAuthentication}s, which are for who holds the connection. Resources of
 * other API groups, and documents of cases, are for somebody else.
 */
final class PolicyDirectory {
  private static final int MOST_DOCUMENTS = 1_000;
  private static final String GROUP = "security.istio.io/";
  private static final Set<String> KINDS =
      Set.of("AuthorizationPolicy", "PeerAuthentication", "RequestAuthentication");
  private static final String DEFAULT_NAMESPACE = "default";

  private final Map<PolicyName, AuthorizationPolicy> authorization = new HashMap<>();
  private final Map<PolicyName, RequestAuthentication> requests = new HashMap<>();
  private final Set<String> names = new java.util.HashSet<>();
  private final List<String> problems = new ArrayList<>();

  private PolicyDirectory() {}

  /** What became of it. */
  sealed interface Read {
    /** It is understood in full. */
    record Accepted(SecurityPolicies policies) implements Read {}

    /**
     * Nothing of it counts.
     *
     * @param problems at least one, each with its file and field
     */
    record Refused(List<String> problems) implements Read {}
  }

  /**
   * @param files their content by their names
   */
  static Read read(SortedMap<String, byte[]> files) {
    PolicyDirectory directory = new PolicyDirectory();
    files.forEach(directory::file);
    return directory.problems.isEmpty()
        ? new Read.Accepted(
            new SecurityPolicies(
                directory.authorization, Map.of(), directory.requests, Map.of(), Map.of()))
        : new Read.Refused(List.copyOf(directory.problems));
  }

  private void file(String name, byte[] content) {
    List<Document> documents = Document.parseAll(content, MOST_DOCUMENTS);
    for (int i = 0; i < documents.size(); i++) {
      String at = documents.size() == 1 ? name : name + ", document " + (i + 1);
      switch (documents.get(i)) {
        case Document.Malformed malformed -> problems.add(name + ": " + malformed.text());
        case Document.Parsed(JsonNode tree) -> document(at, tree);
      }
    }
  }

  private void document(String at, JsonNode tree) {
    String kind = tree.path("kind").asText("");
    String version = tree.path("apiVersion").asText("");
    if (kind.equals("List") && tree.path("items").isArray()) {
      for (int i = 0; i < tree.path("items").size(); i++) {
        document(at + ", items[" + i + "]", tree.path("items").get(i));
      }
    } else if (KINDS.contains(kind)) {
      policy(at, kind, tree);
    } else if (version.startsWith(GROUP) || version.isEmpty() != kind.isEmpty()) {
      problems.add(at + ": kind: expected one of " + KINDS.stream().sorted().toList());
    } else if (kind.isEmpty() && !tree.has("cases")) {
      problems.add(at + ": apiVersion: required");
    }
  }

  private void policy(String at, String kind, JsonNode tree) {
    JsonNode metadata = tree.path("metadata");
    String namespace = metadata.path("namespace").asText(DEFAULT_NAMESPACE);
    String name = metadata.path("name").asText("");
    Validated<? extends SecurityPolicy> read =
        switch (kind) {
          case "PeerAuthentication" -> PeerAuthenticationDocument.read(tree, namespace, name);
          case "RequestAuthentication" -> RequestAuthenticationDocument.read(tree, namespace, name);
          default -> AuthorizationPolicyDocument.read(tree, namespace, name);
        };
    switch (read) {
      case Validated.Invalid<? extends SecurityPolicy>(List<Problem> found) ->
          found.forEach(
              problem -> problems.add(at + ": " + problem.field() + ": " + problem.message()));
      case Validated.Valid<? extends SecurityPolicy>(SecurityPolicy policy) -> {
        if (!names.add(kind + " " + policy.name())) {
          problems.add(at + ": metadata.name: " + policy.name() + " is there already");
        }
        put(policy);
      }
    }
  }

  private void put(SecurityPolicy policy) {
    switch (policy) {
      case AuthorizationPolicy one -> {
        if (one.action() != AuthorizationPolicy.Action.CUSTOM) {
          authorization.put(one.name(), one);
        }
      }
      case RequestAuthentication one -> requests.put(one.name(), one);
      case PeerAuthentication one -> {}
    }
  }
}

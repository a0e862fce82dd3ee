package dev.weft.policy.istio.cases;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.policy.document.Problem;
import dev.weft.policy.document.Validated;
import dev.weft.policy.istio.AuthorizationPolicy;
import dev.weft.policy.istio.PeerAuthentication;
import dev.weft.policy.istio.PolicyName;
import dev.weft.policy.istio.Provider;
import dev.weft.policy.istio.RequestAuthentication;
import dev.weft.policy.istio.RequestAuthentication.Keys;
import dev.weft.policy.istio.SecurityPolicies;
import dev.weft.policy.istio.SecurityPolicy;
import dev.weft.policy.istio.read.AuthorizationPolicyDocument;
import dev.weft.policy.istio.read.PeerAuthenticationDocument;
import dev.weft.policy.istio.read.RequestAuthenticationDocument;
import dev.weft.policy.istio.read.StandIn;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Policies that are in force together, as cases see them. Not thread-safe. */
public final class PolicySet {
  /** The kinds that are policies. */
  public static final Set<String> KINDS =
      Set.of("AuthorizationPolicy", "PeerAuthentication", "RequestAuthentication");

  /** Stands in a {@code jwks} for keys that the tokens of cases are taken to be signed with. */
  static final String TEST_KEYS = "TEST-KEYS";

  /**
   * In the place of keys that are not at hand: all that is asked of them is whether they are there.
   * The point is one that nobody has the private key of, so nothing is ever verified by it.
   */
  private static final String STAND_IN =
      """
      {"keys":[{"kty":"EC","crv":"P-256","alg":"ES256","kid":"stand-in",\
      "x":"BRAe1aht9atZ5xTcSq8rjpdlrQcXoYC1D0R2FTnM6zU",\
      "y":"riEVy3rrjQjQyLjENWLCK7ylTa4Cht378P8cZUsPA8w"}]}\
      """;

  private final Map<PolicyName, AuthorizationPolicy> authorization = new HashMap<>();
  private final Map<PolicyName, PeerAuthentication> peers = new HashMap<>();
  private final Map<PolicyName, RequestAuthentication> requests = new HashMap<>();

  /**
   * Adds a document of one of {@link #KINDS}; without a namespace it is for {@code default}.
   *
   * @return what is wrong with it; empty: nothing, and it is in force
   */
  public List<Problem> add(JsonNode document) {
    JsonNode metadata = document.path("metadata");
    String namespace = metadata.path("namespace").asText("");
    return switch (read(
        document.path("kind").asText(""),
        document,
        namespace.isEmpty() ? "default" : namespace,
        metadata.path("name").asText(""))) {
      case Validated.Invalid<?>(List<Problem> problems) -> problems;
      case Validated.Valid<? extends SecurityPolicy>(SecurityPolicy policy) -> put(policy);
    };
  }

  /** Adds one that is in force already; in the place of one that cannot be read its stand-in. */
  void addStored(PolicyChange.Key key, JsonNode document) {
    put(
        switch (read(key.kind(), document, key.namespace(), key.name())) {
          case Validated.Valid<? extends SecurityPolicy>(SecurityPolicy policy) -> policy;
          case Validated.Invalid<?> _ ->
              StandIn.of(
                  switch (key.kind()) {
                    case "PeerAuthentication" -> SecurityPolicy.Kind.PEER_AUTHENTICATION;
                    case "RequestAuthentication" -> SecurityPolicy.Kind.REQUEST_AUTHENTICATION;
                    default -> SecurityPolicy.Kind.AUTHORIZATION;
                  },
                  document,
                  key.namespace(),
                  key.name());
        });
  }

  private List<Problem> put(SecurityPolicy policy) {
    boolean again =
        switch (policy) {
          case AuthorizationPolicy one -> authorization.putIfAbsent(one.name(), one) != null;
          case PeerAuthentication one -> peers.putIfAbsent(one.name(), one) != null;
          case RequestAuthentication one -> requests.putIfAbsent(one.name(), one) != null;
        };
    return again
        ? List.of(new Problem("metadata.name", policy.name() + " is there twice"))
        : List.of();
  }

  private static Validated<? extends SecurityPolicy> read(
      String kind, JsonNode written, String namespace, String name) {
    JsonNode document = withKeys(written);
    return switch (kind) {
      case "PeerAuthentication" -> PeerAuthenticationDocument.read(document, namespace, name);
      case "RequestAuthentication" -> RequestAuthenticationDocument.read(document, namespace, name);
      default -> AuthorizationPolicyDocument.read(document, namespace, name);
    };
  }

  private static JsonNode withKeys(JsonNode written) {
    if (written.path("spec").path("jwtRules").isEmpty()) {
      return written;
    }
    JsonNode document = written.deepCopy();
    for (JsonNode rule : document.path("spec").path("jwtRules")) {
      if (rule instanceof ObjectNode one && one.path("jwks").asText("").equals(TEST_KEYS)) {
        one.put("jwks", STAND_IN);
      }
    }
    return document;
  }

  /** How many there are. */
  public int size() {
    return authorization.size() + peers.size() + requests.size();
  }

  /**
   * All of them.
   *
   * @param unfetched whether keys of tokens that would have to be fetched are not there
   * @param providers who can be asked, by name
   */
  SecurityPolicies inForce(boolean unfetched, Map<String, Provider> providers) {
    Map<Keys, String> jwks = new HashMap<>();
    if (!unfetched) {
      requests.values().stream()
          .flatMap(policy -> policy.rules().stream())
          .map(RequestAuthentication.JwtRule::keys)
          .filter(keys -> !(keys instanceof Keys.Inline))
          .forEach(keys -> jwks.put(keys, STAND_IN));
    }
    return new SecurityPolicies(authorization, peers, requests, jwks, providers);
  }
}

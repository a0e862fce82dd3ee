package dev.weft.agent.api;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.agent.replication.StoredResources;
import dev.weft.agent.state.MeshState;
import dev.weft.policy.document.Problem;
import dev.weft.policy.istio.cases.Mesh;
import dev.weft.policy.istio.cases.PolicyChange;
import dev.weft.policy.istio.read.AuthorizationPolicyDocument;
import dev.weft.policy.istio.read.PeerAuthenticationDocument;
import dev.weft.policy.istio.read.RequestAuthenticationDocument;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Lets no change through that the cases which policies carry speak against. Called while nobody
 * else changes a resource.
 */
final class CarriedCaseGuard {
  /** Kinds of policies, by their names in the store. */
  private static final Map<String, String> KINDS =
      Map.of(
          AuthorizationPolicyDocument.KIND,
          "AuthorizationPolicy",
          PeerAuthenticationDocument.KIND,
          "PeerAuthentication",
          RequestAuthenticationDocument.KIND,
          "RequestAuthentication");

  private final StoredResources resources;
  private final MeshState state;
  private final InstantSource clock;

  /**
   * @param clock that the lifetimes of tokens are held against
   */
  CarriedCaseGuard(StoredResources resources, MeshState state, InstantSource clock) {
    this.resources = resources;
    this.state = state;
    this.clock = clock;
  }

  /**
   * What speaks against it; empty: nothing.
   *
   * @param document valid; {@code null}: the resource goes
   */
  List<Problem> problems(String kind, String namespace, String name, @Nullable JsonNode document) {
    String changed = KINDS.get(kind);
    if (changed == null) {
      return List.of();
    }
    Map<PolicyChange.Key, JsonNode> stored = new HashMap<>();
    KINDS.forEach((inStore, of) ->
        resources
            .list(inStore)
            .forEach((path, tree) -> {
              int slash = path.indexOf('/');
              stored.put(
                  new PolicyChange.Key(of, path.substring(0, slash), path.substring(slash + 1)),
                  tree);
            }));
    MeshState.Local local = state.local();
    return new PolicyChange(
            new Mesh(local.trustDomain(), local.rootNamespace(), local.mode()),
            state.security().providers(),
            clock)
        .problems(stored, new PolicyChange.Key(changed, namespace, name), document);
  }
}

package dev.weft.agent.api;

import dev.weft.agent.model.Instance;
import dev.weft.agent.state.Join;
import dev.weft.agent.state.JoinedInstance;
import dev.weft.agent.state.MeshState;
import dev.weft.policy.istio.Attachment;
import dev.weft.policy.istio.AuthorizationPolicy;
import dev.weft.policy.istio.AuthorizationPolicy.Action;
import dev.weft.policy.istio.PeerAuthentication;
import dev.weft.policy.istio.PeerAuthentication.Mode;
import dev.weft.policy.istio.RequestAuthentication;
import dev.weft.policy.istio.RequestAuthentication.Keys;
import dev.weft.policy.istio.SecurityPolicy;
import dev.weft.policy.istio.compile.PolicyIndex;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Where valid security resources do not do what their author probably thinks. A pure function of
 * the state and of why keys could not be fetched.
 */
final class PolicyWarnings {
  private final MeshState state;
  private final Function<Keys, String> fetchProblems;
  private final List<Instance> instances;
  private final List<PolicyWarning> warnings = new ArrayList<>();

  private PolicyWarnings(MeshState state, Function<Keys, String> fetchProblems) {
    this.state = state;
    this.fetchProblems = fetchProblems;
    this.instances =
        state.instances().values().stream().flatMap(byId -> byId.values().stream()).toList();
  }

  /**
   * @param fetchProblems why keys could not be fetched the last time; empty: no reason is known
   */
  static List<PolicyWarning> of(MeshState state, Function<Keys, String> fetchProblems) {
    PolicyWarnings all = new PolicyWarnings(state, fetchProblems);
    sorted(state.security().authorization().values()).forEach(all::authorization);
    sorted(state.security().peers().values()).forEach(all::peers);
    sorted(state.security().requests().values()).forEach(all::tokens);
    all.warnings.addAll(TokenRuleLimit.warnings(state));
    all.plaintext();
    return all.warnings;
  }

  private static <P extends SecurityPolicy> List<P> sorted(Collection<P> policies) {
    return policies.stream().sorted(Comparator.comparing(SecurityPolicy::name)).toList();
  }

  private void authorization(AuthorizationPolicy policy) {
    policy.remarks().forEach(remark -> warn(policy, remark));
    List<Instance> held = attached(policy);
    List<String> tcp =
        held.stream()
            .filter(instance -> "tcp".equals(instance.settings().get("protocol")))
            .map(instance -> instance.service().toString())
            .distinct()
            .sorted()
            .toList();
    if (policy.action() == Action.CUSTOM) {
      new ProviderWarnings(state, message -> warn(policy, message)).of(policy, held, tcp);
    }
    for (int i = 0; i < policy.rules().size() && !tcp.isEmpty(); i++) {
      AuthorizationPolicy.Rule rule = policy.rules().get(i);
      boolean requests =
          Stream.of(rule.from().stream(), rule.to().stream(), Stream.of(rule.when()))
              .flatMap(Function.identity())
              .flatMap(List::stream)
              .anyMatch(term -> term.attribute().httpOnly());
      if (requests) {
        String meaning =
            policy.action() == Action.ALLOW
                ? "allows nothing there"
                : "is held there without what it asks of requests";
        warn(
            policy,
            "rule " + i + " asks for requests, which " + tcp + " has none of: it " + meaning);
      }
    }
  }

  private void peers(PeerAuthentication policy) {
    boolean root = policy.name().namespace().equals(state.local().rootNamespace());
    if (root && policy.attachment() instanceof Attachment.Labels) {
      warn(policy, "labels in the root namespace are nobody's: it holds for no workload");
    } else {
      attached(policy);
      older(policy)
          .ifPresent(other ->
              warn(
                  policy,
                  "it does not count: "
                      + other.name()
                      + " is for all of the namespace, too, and "
                      + (other.created().equals(policy.created())
                          ? "comes first by its name"
                          : "is older")));
    }
  }

  /** The one that counts in its place; empty: it does itself, or is not for a whole namespace. */
  private Optional<PeerAuthentication> older(PeerAuthentication policy) {
    return state.security().peers().values().stream()
        .filter(_ -> policy.attachment() instanceof Attachment.Everything)
        .filter(other -> other.attachment() instanceof Attachment.Everything)
        .filter(other -> other.name().namespace().equals(policy.name().namespace()))
        .min(PeerAuthentication.OLDEST_FIRST)
        .filter(first -> !first.name().equals(policy.name()));
  }

  private void tokens(RequestAuthentication policy) {
    attached(policy);
    for (int i = 0; i < policy.rules().size(); i++) {
      Keys keys = policy.rules().get(i).keys();
      if (!(keys instanceof Keys.Inline) && !state.security().jwks().containsKey(keys)) {
        String reason = fetchProblems.apply(keys);
        warn(
            policy,
            "the keys of rule "
                + i
                + " were never fetched: every token of its issuer is refused"
                + (reason.isEmpty() ? "" : "; the last attempt: " + reason));
      }
    }
  }

  private List<Instance> attached(SecurityPolicy policy) {
    List<Instance> held =
        instances.stream()
            .filter(instance ->
                policy
                    .attachment()
                    .holds(
                        policy.name().namespace(),
                        state.local().rootNamespace(),
                        instance.workload()))
            .toList();
    if (held.isEmpty()
        && !(policy.attachment() instanceof Attachment.Everything)
        && !(policy.attachment() instanceof Attachment.Unknown)) {
      warn(policy, "no workload of this cluster is what it selects");
    }
    return held;
  }

  /** A sidecar with several applications cannot tell which one a caller without TLS wants. */
  private void plaintext() {
    Mode usual = state.local().mode();
    if (state.security().peers().isEmpty() && usual == Mode.STRICT) {
      return;
    }
    PolicyIndex index = PolicyIndex.of(state.security(), state.local().rootNamespace(), usual);
    Join join = Join.of(state);
    Map<String, List<Instance>> bySidecar = new HashMap<>();
    instances.forEach(instance -> {
      if (join.join(instance) instanceof JoinedInstance.Fronted fronted) {
        bySidecar.computeIfAbsent(fronted.sidecar().nodeId(), _ -> new ArrayList<>()).add(instance);
      }
    });
    bySidecar.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .filter(entry -> entry.getValue().stream().map(Instance::address).distinct().count() > 1)
        .forEach(entry -> {
          for (Instance instance : entry.getValue()) {
            Mode mode = index.mode(instance.workload(), instance.address().port());
            if (mode != Mode.STRICT) {
              warnings.add(
                  new PolicyWarning(
                      "PeerAuthentication",
                      instance.service().namespace(),
                      "",
                      mode
                          + " is not in force at "
                          + instance.address()
                          + ": sidecar "
                          + entry.getKey()
                          + " fronts several applications, and callers without TLS name none"));
            }
          }
        });
  }

  private void warn(SecurityPolicy policy, String message) {
    String kind =
        switch (policy.kind()) {
          case AUTHORIZATION -> "AuthorizationPolicy";
          case PEER_AUTHENTICATION -> "PeerAuthentication";
          case REQUEST_AUTHENTICATION -> "RequestAuthentication";
        };
    warnings.add(new PolicyWarning(kind, policy.name().namespace(), policy.name().name(), message));
  }
}

package dev.weft.policy.istio.compile;

import dev.weft.policy.istio.Attachment;
import dev.weft.policy.istio.AuthorizationPolicy;
import dev.weft.policy.istio.PeerAuthentication;
import dev.weft.policy.istio.PeerAuthentication.Mode;
import dev.weft.policy.istio.PolicyName;
import dev.weft.policy.istio.Provider;
import dev.weft.policy.istio.RequestAuthentication;
import dev.weft.policy.istio.RequestAuthentication.Keys;
import dev.weft.policy.istio.SecurityPolicies;
import dev.weft.policy.istio.SecurityPolicy;
import dev.weft.policy.istio.Workload;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * All that was written, by namespace, so that a workload looks at what its own namespace and the
 * root namespace say and at nothing else. Immutable.
 */
public final class PolicyIndex {
  private static final String TOO_MANY = "request-authentication/too-many-rules";

  private final String rootNamespace;
  private final Mode usual;
  private final Map<String, List<AuthorizationPolicy>> authorization;
  private final Map<String, List<PeerAuthentication>> peers;
  private final Map<String, List<RequestAuthentication>> requests;
  private final Map<Keys, String> jwks;
  private final Map<String, Provider> providers;

  private PolicyIndex(SecurityPolicies written, String rootNamespace, Mode usual) {
    this.rootNamespace = rootNamespace;
    this.usual = usual;
    this.authorization = byNamespace(written.authorization().values());
    this.peers = byNamespace(written.peers().values());
    this.requests = byNamespace(written.requests().values());
    this.jwks = written.jwks();
    this.providers = written.providers();
  }

  /**
   * With the usual mode where no {@code PeerAuthentication} says one.
   *
   * @param rootNamespace whose policies are for the whole mesh
   */
  public static PolicyIndex of(SecurityPolicies written, String rootNamespace) {
    return of(written, rootNamespace, Mode.USUAL);
  }

  /**
   * @param rootNamespace whose policies are for the whole mesh
   * @param mode where no {@code PeerAuthentication} says one; not {@link Mode#UNSET}
   */
  public static PolicyIndex of(SecurityPolicies written, String rootNamespace, Mode mode) {
    return new PolicyIndex(written, rootNamespace, mode);
  }

  private static <P extends SecurityPolicy> Map<String, List<P>> byNamespace(Collection<P> all) {
    return all.stream()
        .sorted(Comparator.comparing(SecurityPolicy::name))
        .collect(
            Collectors.groupingBy(
                policy -> policy.name().namespace(), Collectors.toUnmodifiableList()));
  }

  /**
   * What holds for requests and connections to this workload. With more rules about tokens than can
   * be asked about, everything is denied: without some of them tokens would go unverified, and what
   * is made of their claims would be anybody's.
   */
  public ChainPolicies of(Workload workload) {
    List<AuthorizationPolicy> written = holding(authorization, workload).toList();
    List<RequestAuthentication.JwtRule> about = tokenRules(workload);
    boolean tooMany = about.size() > TokenFilter.MOST;
    List<AuthorizationPolicy> rules =
        tooMany ? Stream.concat(Stream.of(tooMany(workload)), written.stream()).toList() : written;
    List<ChainPolicies.Tokens> tokens =
        (tooMany ? List.<RequestAuthentication.JwtRule>of() : about)
            .stream()
                .sorted(Comparator.comparing(RequestAuthentication.JwtRule::issuer))
                .map(rule -> new ChainPolicies.Tokens(rule, keys(rule.keys())))
                .toList();
    if (rules.isEmpty() && tokens.isEmpty()) {
      return ChainPolicies.NONE;
    }
    Map<String, Provider> asked = asked(rules);
    return new ChainPolicies(
        rules, tokens, asked, asked.isEmpty() ? Map.of() : ProviderFilters.told(workload));
  }

  private Map<String, Provider> asked(List<AuthorizationPolicy> rules) {
    Map<String, Provider> asked = new HashMap<>();
    for (AuthorizationPolicy policy : rules) {
      Provider provider = providers.get(policy.provider());
      if (provider != null && policy.asks()) {
        asked.put(provider.name(), provider);
      }
    }
    return asked;
  }

  /** All rules about tokens that are meant for this workload. */
  public List<RequestAuthentication.JwtRule> tokenRules(Workload workload) {
    return holding(requests, workload).flatMap(policy -> policy.rules().stream()).toList();
  }

  /** No document has such a name. */
  private static AuthorizationPolicy tooMany(Workload workload) {
    return new AuthorizationPolicy(
        new PolicyName(workload.namespace(), TOO_MANY),
        new Attachment.Everything(),
        AuthorizationPolicy.Action.DENY,
        "",
        false,
        List.of(new AuthorizationPolicy.Rule(List.of(), List.of(), List.of())));
  }

  private String keys(Keys keys) {
    return keys instanceof Keys.Inline(String json) ? json : jwks.getOrDefault(keys, "");
  }

  /**
   * Whether callers speak mutual TLS; never {@link Mode#UNSET}.
   *
   * @param port the application's
   */
  public Mode mode(Workload workload, int port) {
    if (peers.isEmpty()) {
      return usual;
    }
    List<PeerAuthentication> holding = holding(peers, workload).toList();
    return PeerModes.of(usual, rootNamespace, holding, port);
  }

  private <P extends SecurityPolicy> Stream<P> holding(
      Map<String, List<P>> byNamespace, Workload workload) {
    String own = workload.namespace();
    Stream<P> root = byNamespace.getOrDefault(rootNamespace, List.of()).stream();
    Stream<P> near =
        own.equals(rootNamespace)
            ? Stream.empty()
            : byNamespace.getOrDefault(own, List.<P>of()).stream();
    return Stream.concat(root, near)
        .filter(policy ->
            policy.attachment().holds(policy.name().namespace(), rootNamespace, workload));
  }
}

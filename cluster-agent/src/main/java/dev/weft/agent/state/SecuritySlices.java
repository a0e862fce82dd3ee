package dev.weft.agent.state;

import dev.weft.policy.istio.AuthorizationPolicy;
import dev.weft.policy.istio.PeerAuthentication;
import dev.weft.policy.istio.PolicyName;
import dev.weft.policy.istio.Provider;
import dev.weft.policy.istio.RequestAuthentication;
import dev.weft.policy.istio.RequestAuthentication.Keys;
import dev.weft.policy.istio.SecurityPolicies;
import dev.weft.policy.istio.SecurityPolicy;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The security resources while they are being folded; seen from outside as one object that stays
 * the same while nothing changed. Confined to the state's owner.
 */
final class SecuritySlices {
  private final Slice<PolicyName, AuthorizationPolicy> authorization = new Slice<>();
  private final Slice<PolicyName, PeerAuthentication> peers = new Slice<>();
  private final Slice<PolicyName, RequestAuthentication> requests = new Slice<>();
  private final Slice<Keys, String> jwks = new Slice<>();
  private final Slice<String, Provider> providers = new Slice<>();
  private SecurityPolicies view = SecurityPolicies.NONE;

  boolean put(SecurityPolicy policy) {
    return changed(
        switch (policy) {
          case AuthorizationPolicy written -> authorization.put(written.name(), written);
          case PeerAuthentication written -> peers.put(written.name(), written);
          case RequestAuthentication written -> requests.put(written.name(), written);
        });
  }

  boolean remove(SecurityPolicy.Kind kind, PolicyName name) {
    return changed(
        switch (kind) {
          case AUTHORIZATION -> authorization.remove(name);
          case PEER_AUTHENTICATION -> peers.remove(name);
          case REQUEST_AUTHENTICATION -> requests.remove(name);
        });
  }

  boolean fetched(Keys from, String keys) {
    return changed(jwks.put(from, keys));
  }

  boolean forgotten(Keys from) {
    return changed(jwks.remove(from));
  }

  boolean configured(List<Provider> all) {
    boolean changed =
        providers.retain(all.stream().map(Provider::name).collect(Collectors.toUnmodifiableSet()));
    for (Provider provider : all) {
      changed |= providers.put(provider.name(), provider);
    }
    return changed(changed);
  }

  /** The content now. */
  SecurityPolicies view() {
    return view;
  }

  private boolean changed(boolean changed) {
    if (changed) {
      view =
          new SecurityPolicies(
              authorization.view(), peers.view(), requests.view(), jwks.view(), providers.view());
    }
    return changed;
  }
}

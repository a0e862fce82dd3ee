package dev.weft.agent.api;

import dev.weft.agent.model.Instance;
import dev.weft.agent.model.ServiceKey;
import dev.weft.agent.state.MeshState;
import dev.weft.policy.istio.AuthorizationPolicy;
import dev.weft.policy.istio.Provider;
import dev.weft.policy.istio.Provider.Host;
import java.util.List;
import java.util.function.Consumer;

/** Where a {@code CUSTOM} policy asks nobody, or whom it should not. */
record ProviderWarnings(MeshState state, Consumer<String> warn) {

  /**
   * @param held the workloads that it is for
   * @param tcp those services of them that carry no requests
   */
  void of(AuthorizationPolicy policy, List<Instance> held, List<String> tcp) {
    if (policy.dryRun()) {
      warn.accept("it is only tried, and what its provider would say nobody asks");
      return;
    }
    Provider provider = state.security().providers().get(policy.provider());
    if (provider == null) {
      warn.accept(
          "there is no provider \""
              + policy.provider()
              + "\": what its rules match is denied, since nobody can be asked");
      return;
    }
    if (!tcp.isEmpty() && !provider.takesConnections()) {
      warn.accept(
          "its provider \""
              + provider.name()
              + "\" is asked by HTTP, which cannot tell of connections: about "
              + tcp
              + " nobody is asked, and what its rules match there goes on");
    }
    String then = provider.failOpen() ? "let through" : "denied";
    switch (provider.host()) {
      case Host.Service(String namespace, String name) -> {
        ServiceKey service = new ServiceKey(namespace, name);
        if (!known(service)) {
          warn.accept(
              "its provider \""
                  + provider.name()
                  + "\" is the service "
                  + service
                  + ", of which there is no instance: what its rules match is "
                  + then);
        }
        if (held.stream().anyMatch(instance -> instance.service().equals(service))) {
          warn.accept(
              "its provider \"" + provider.name() + "\" is asked about what comes to itself, too");
        }
      }
      case Host.Outside(String host, int port, List<String> addresses) -> {
        if (addresses.isEmpty()) {
          warn.accept(
              "its provider \""
                  + provider.name()
                  + "\" is at "
                  + host
                  + ", of which no address is known: what its rules match is "
                  + then);
        }
      }
    }
  }

  private boolean known(ServiceKey service) {
    return state.instances().containsKey(service)
        || state.imports().values().stream().anyMatch(of -> of.containsKey(service));
  }
}

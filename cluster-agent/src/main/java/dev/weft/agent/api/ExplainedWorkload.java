package dev.weft.agent.api;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.agent.compile.listener.DeniedCallers;
import dev.weft.agent.model.Instance;
import dev.weft.agent.model.ServiceKey;
import dev.weft.agent.state.Join;
import dev.weft.agent.state.JoinedInstance;
import dev.weft.agent.state.MeshState;
import dev.weft.policy.document.Fields;
import dev.weft.policy.istio.Workload;
import dev.weft.policy.istio.compile.Destination;
import dev.weft.policy.istio.decide.Target;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A registered instance that somebody asks about.
 *
 * @param sidecar the node in front of it; empty: none is, and nobody decides anything
 */
record ExplainedWorkload(Instance instance, Target target, String sidecar) {
  /** How it is named. */
  static final Set<String> FIELDS = Set.of("namespace", "service", "port", "instance");

  /** Empty when a problem was added. */
  static Optional<ExplainedWorkload> find(Fields named, MeshState state) {
    String namespace = named.text("namespace").orElse("default");
    Optional<String> service = named.requiredText("service");
    Optional<Integer> port = named.number("port", 1, 65_535);
    Optional<String> id = named.text("instance");
    if (service.isEmpty()) {
      return Optional.empty();
    }
    ServiceKey key = new ServiceKey(namespace, service.get());
    Collection<Instance> all = state.instances().getOrDefault(key, Map.of()).values();
    if (all.isEmpty()) {
      named.problem("service", "no instance of " + key + " is registered in this cluster");
      return Optional.empty();
    }
    List<Instance> of =
        all.stream()
            .filter(one -> id.isEmpty() || one.id().equals(id.get()))
            .filter(one -> port.isEmpty() || one.address().port() == port.get())
            .sorted(Comparator.comparing(Instance::id))
            .toList();
    if (of.isEmpty()) {
      named.problem(
          id.isPresent() ? "instance" : "port",
          "there are "
              + all.stream()
                  .sorted(Comparator.comparing(Instance::id))
                  .limit(10)
                  .map(one -> one.id() + " at port " + one.address().port())
                  .toList());
      return Optional.empty();
    }
    String protocol =
        all.stream()
            .min(Comparator.comparing(Instance::id))
            .map(first -> first.settings().getOrDefault("protocol", "http"))
            .orElse("http");
    return Optional.of(of(of.getFirst(), protocol.equals("tcp"), state));
  }

  private static ExplainedWorkload of(Instance instance, boolean tcp, MeshState state) {
    MeshState.Local local = state.local();
    ServiceKey service = instance.service();
    Join join = Join.of(state);
    String sidecar = sidecar(join, instance);
    boolean alone =
        sidecar.isEmpty()
            || state.instances().values().stream()
                .flatMap(byId -> byId.values().stream())
                .filter(other -> sidecar(join, other).equals(sidecar))
                .allMatch(other ->
                    other.address().equals(instance.address()) && other.service().equals(service));
    return new ExplainedWorkload(
        instance,
        new Target(
            Workload.of(service.namespace(), service.name(), instance.meta()),
            new Destination(
                local.trustDomain(), instance.address().host(), instance.address().port(), !tcp),
            Set.copyOf(state.callers(service)),
            DeniedCallers.policy(local.trust().denied(), local.trustDomain()),
            alone,
            Integer.parseInt(instance.settings().getOrDefault("trusted-hops", "1"))),
        sidecar);
  }

  private static String sidecar(Join join, Instance instance) {
    return join.join(instance) instanceof JoinedInstance.Fronted fronted
        ? fronted.sidecar().nodeId()
        : "";
  }

  /** As the answer has it. */
  ObjectNode json() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("namespace", instance.service().namespace());
    json.put("service", instance.service().name());
    json.put("instance", instance.id());
    json.put("port", instance.address().port());
    if (!sidecar.isEmpty()) {
      json.put("sidecar", sidecar);
    }
    return json;
  }
}

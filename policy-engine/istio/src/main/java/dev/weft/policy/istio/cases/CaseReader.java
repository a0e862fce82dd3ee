package dev.weft.policy.istio.cases;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.policy.document.Fields;
import dev.weft.policy.document.Problem;
import dev.weft.policy.identity.DnsLabel;
import dev.weft.policy.identity.TrustDomain;
import dev.weft.policy.istio.PeerAuthentication.Mode;
import dev.weft.policy.istio.Workload;
import dev.weft.policy.istio.compile.Destination;
import dev.weft.policy.istio.decide.Question;
import dev.weft.policy.istio.decide.Target;
import dev.weft.policy.istio.decide.Verdict.Outcome;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Reads a document of cases. Every problem names its field; what is read counts without any. */
final class CaseReader {
  /** The fields of a document in a file. */
  static final Set<String> FILE =
      Set.of("mesh", "workload", "covers", "providers", "unfetched", "policies", "cases");

  /** The fields of a document that a policy carries. */
  static final Set<String> CARRIED = Set.of("workload", "providers", "unfetched", "cases");

  /** Most cases of a document in a file. */
  static final int MOST = 10_000;

  private static final Set<String> MESH = Set.of("trustDomain", "rootNamespace", "defaultMode");
  private static final Set<String> WORKLOAD =
      Set.of(
          "namespace",
          "service",
          "port",
          "address",
          "protocol",
          "trustedHops",
          "labels",
          "consumers");
  private static final Set<String> CASE =
      Stream.concat(QuestionReader.FIELDS.stream(), Stream.of("name", "expect", "by", "upstream"))
          .collect(Collectors.toUnmodifiableSet());
  private static final Set<String> PROTOCOLS = Set.of("http", "http2", "grpc", "tcp");

  private CaseReader() {}

  /**
   * What a workload is where nothing is said of it.
   *
   * @param consumers clusters that it is exported to
   */
  record Usual(
      String namespace, String service, Map<String, String> labels, List<String> consumers) {
    /** Of files. */
    static final Usual FILES = new Usual("foo", "httpbin", Map.of(), List.of("west"));
  }

  static CaseSuite read(
      String origin, Fields document, Mesh mesh, Usual usual, int most, List<Problem> problems) {
    Mesh own = mesh(document, mesh);
    Target target = target(document.object("workload", WORKLOAD), own, usual);
    List<JsonNode> elements = document.array("cases");
    if (elements.size() > most) {
      document.problem("cases", "expected at most " + most + ", found " + elements.size());
    }
    List<PolicyCase> cases = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (JsonNode element : elements.subList(0, Math.min(most, elements.size()))) {
      Fields one = document.element(element, document.at("cases[" + cases.size() + "]"), CASE);
      PolicyCase read = one(one, own, target);
      if (!read.name().isEmpty() && !names.add(read.name())) {
        one.problem("name", "another case has it already");
      }
      cases.add(read);
    }
    return new CaseSuite(
        origin,
        own,
        target,
        CaseProviders.read(document, problems),
        document.flag("unfetched").orElse(false),
        cases);
  }

  private static Mesh mesh(Fields document, Mesh usual) {
    Fields mesh = document.object("mesh", MESH);
    TrustDomain own = usual.own();
    Optional<String> text = mesh.text("trustDomain");
    if (text.isPresent()) {
      try {
        own = new TrustDomain(text.get());
      } catch (IllegalArgumentException e) {
        mesh.problem("trustDomain", String.valueOf(e.getMessage()));
      }
    }
    String root = mesh.text("rootNamespace").orElse(usual.rootNamespace());
    label(mesh, "rootNamespace", root);
    Mode mode = usual.mode();
    Optional<String> said = mesh.text("defaultMode");
    if (said.isPresent()) {
      try {
        mode = Mode.ofMesh(said.get());
      } catch (IllegalArgumentException e) {
        mesh.problem("defaultMode", String.valueOf(e.getMessage()));
      }
    }
    return new Mesh(own, root, mode);
  }

  private static void label(Fields fields, String field, String text) {
    if (!DnsLabel.matches(text)) {
      fields.problem(field, "expected a DNS label in lower case of at most 63 characters");
    }
  }

  private static Target target(Fields workload, Mesh mesh, Usual usual) {
    String namespace = workload.text("namespace").orElse(usual.namespace());
    String service = workload.text("service").orElse(usual.service());
    label(workload, "namespace", namespace);
    label(workload, "service", service);
    String protocol = workload.text("protocol").orElse("http");
    if (!PROTOCOLS.contains(protocol)) {
      workload.problem(
          "protocol",
          "expected http, http2, grpc or tcp, found \"" + Fields.brief(protocol) + "\"");
    }
    Map<String, String> labels = new HashMap<>(usual.labels());
    labels.putAll(workload.textMap("labels"));
    List<String> clusters =
        workload.has("consumers") ? workload.texts("consumers") : usual.consumers();
    Set<TrustDomain> consumers = new HashSet<>();
    for (int i = 0; i < clusters.size(); i++) {
      if (DnsLabel.matches(clusters.get(i))) {
        consumers.add(mesh.of(clusters.get(i)));
      } else {
        label(workload, "consumers[" + i + "]", clusters.get(i));
      }
    }
    return new Target(
        Workload.of(namespace, service, labels),
        new Destination(
            mesh.own(),
            workload.text("address").orElse("127.0.0.1"),
            workload.number("port", 1, 65_535).orElse(8000),
            !protocol.equals("tcp")),
        consumers,
        workload.number("trustedHops", 0, 99).orElse(Target.USUAL_HOPS));
  }

  private static PolicyCase one(Fields one, Mesh mesh, Target target) {
    Workload workload = target.workload();
    Question question =
        QuestionReader.read(
            one,
            mesh.own().idPrefix() + "ns/" + workload.namespace() + "/sa/caller",
            workload.service() + ".mesh");
    Map<String, String> upstream = new HashMap<>();
    one.textMap("upstream")
        .forEach((name, value) -> upstream.put(name.toLowerCase(Locale.ROOT), value));
    return new PolicyCase(
        one.requiredText("name").orElse(""),
        question,
        expect(one),
        one.text("by").orElse(""),
        upstream);
  }

  private static Outcome expect(Fields one) {
    Optional<String> text = one.requiredText("expect");
    for (Outcome outcome : Outcome.values()) {
      if (text.filter(outcome.words()::equals).isPresent()) {
        return outcome;
      }
    }
    text.ifPresent(found ->
        one.problem(
            "expect",
            "expected allow, deny, unauthenticated or refused, found \""
                + Fields.brief(found)
                + "\""));
    return Outcome.ALLOW;
  }
}

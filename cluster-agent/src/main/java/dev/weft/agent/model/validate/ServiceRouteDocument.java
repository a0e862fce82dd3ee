package dev.weft.agent.model.validate;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.agent.model.ServiceKey;
import dev.weft.agent.model.ServiceRoute;
import dev.weft.agent.model.ServiceRoute.Match;
import dev.weft.agent.model.ServiceRoute.Rule;
import dev.weft.agent.model.ServiceRoute.Share;
import dev.weft.agent.model.ServiceRoute.Then;
import dev.weft.policy.document.Fields;
import dev.weft.policy.document.Problem;
import dev.weft.policy.document.Validated;
import dev.weft.policy.identity.DnsLabel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** {@code ServiceRoute} of {@code mesh.weft.dev/v1}. */
public final class ServiceRouteDocument {

  /** The kind's name in the store and in URLs. */
  public static final String KIND = "service-routes";

  private static final int MOST_RULES = 64;
  private static final int MOST_MATCHES = 16;
  private static final int MOST_SHARES = 16;
  private static final int MOST_WEIGHT = 1_000_000;
  private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}");
  private static final Pattern PATH =
      Pattern.compile("/[\\x21\\x22\\x24-\\x3e\\x40-\\x7e]{0,1023}");
  private static final Pattern VALUE = Pattern.compile("[\\x20-\\x7e]{0,1024}");
  private static final Pattern DURATION = Pattern.compile("(\\d{1,7})(ms|s|m)");

  private ServiceRouteDocument() {}

  /** Reads a document whose URL names it so. */
  public static Validated<ServiceRoute> read(JsonNode document, String namespace, String name) {
    List<Problem> problems = new ArrayList<>();
    Fields fields = Fields.of(document, problems, Set.of("apiVersion", "kind", "metadata", "spec"));
    fields.constant("apiVersion", "mesh.weft.dev/v1");
    fields.constant("kind", "ServiceRoute");
    Metadata.annotations(fields, namespace, name);
    Fields spec = fields.object("spec", Set.of("service", "rules"));
    Optional<ServiceKey> service =
        spec.has("service")
            ? named(spec.object("service", Set.of("name", "namespace")), "name", namespace)
            : Optional.empty();
    List<Rule> rules = new ArrayList<>();
    for (JsonNode element : elements(spec, "rules", 1, MOST_RULES)) {
      String path = spec.at("rules[" + rules.size() + "]");
      Set<String> known = Set.of("matches", "to", "timeout", "delegate");
      rules.add(rule(spec.element(element, path, known), namespace));
    }
    return Validated.of(
        problems,
        () -> new ServiceRoute(new ServiceKey(namespace, name), service.orElse(null), rules));
  }

  private static List<JsonNode> elements(Fields of, String name, int least, int most) {
    List<JsonNode> elements = of.array(name);
    if (elements.size() < least || elements.size() > most) {
      of.problem(name, "expected " + least + " to " + most + ", found " + elements.size());
    }
    return elements.size() > most ? elements.subList(0, most) : elements;
  }

  /** Two labels, the namespace that of the document unless it is said. */
  private static Optional<ServiceKey> named(Fields fields, String field, String namespace) {
    Optional<String> name = label(fields, field, fields.requiredText(field));
    Optional<String> said = label(fields, "namespace", fields.text("namespace"));
    return name.map(found -> new ServiceKey(said.orElse(namespace), found));
  }

  private static Optional<String> label(Fields fields, String field, Optional<String> text) {
    text.filter(found -> !DnsLabel.matches(found))
        .ifPresent(found ->
            fields.problem(
                field,
                "expected a DNS label in lower case of at most 63 characters, found \""
                    + Fields.brief(found)
                    + "\""));
    return text;
  }

  private static Rule rule(Fields fields, String namespace) {
    List<Match> matches = new ArrayList<>();
    if (fields.has("matches")) {
      for (JsonNode element : elements(fields, "matches", 1, MOST_MATCHES)) {
        String path = fields.at("matches[" + matches.size() + "]");
        Set<String> known = Set.of("path", "method", "headers");
        matches.add(match(fields.element(element, path, known)));
      }
    } else {
      matches.add(Match.ALL);
    }
    if (fields.has("to") == fields.has("delegate")) {
      fields.problem("to", "expected either to or delegate");
    }
    if (!fields.has("delegate")) {
      return new Rule(matches, to(fields, namespace));
    }
    if (fields.has("timeout")) {
      fields.problem("timeout", "belongs to what it is delegated to");
    }
    Optional<ServiceKey> route =
        named(fields.object("delegate", Set.of("name", "namespace")), "name", namespace);
    return new Rule(
        matches, new Then.Delegate(route.orElseGet(() -> new ServiceKey(namespace, ""))));
  }

  private static Then to(Fields fields, String namespace) {
    List<Share> shares = new ArrayList<>();
    long sum = 0;
    for (JsonNode element : elements(fields, "to", fields.has("to") ? 1 : 0, MOST_SHARES)) {
      String path = fields.at("to[" + shares.size() + "]");
      Fields share = fields.element(element, path, Set.of("service", "namespace", "weight"));
      int weight = share.number("weight", 0, MOST_WEIGHT).orElse(1);
      sum += weight;
      shares.add(
          new Share(
              named(share, "service", namespace).orElseGet(() -> new ServiceKey(namespace, "")),
              weight));
    }
    if (sum == 0 && !shares.isEmpty()) {
      fields.problem("to", "all weights are 0");
    }
    return new Then.To(shares, timeout(fields));
  }

  private static long timeout(Fields fields) {
    Optional<String> text = fields.text("timeout");
    if (text.isEmpty()) {
      return -1;
    }
    Matcher matcher = DURATION.matcher(text.get());
    if (!matcher.matches()) {
      fields.problem(
          "timeout",
          "expected a duration like 250ms, 3s or 2m, found \"" + Fields.brief(text.get()) + "\"");
      return -1;
    }
    long unit =
        switch (matcher.group(2)) {
          case "ms" -> 1;
          case "s" -> 1000;
          default -> 60_000;
        };
    return unit * Long.parseLong(matcher.group(1));
  }

  private static Match match(Fields fields) {
    Fields path = fields.object("path", Set.of("exact", "prefix"));
    boolean whole = path.has("exact");
    if (fields.has("path") && whole == path.has("prefix")) {
      fields.problem("path", "expected either exact or prefix");
    }
    Optional<String> text = whole ? path.text("exact") : path.text("prefix");
    text.filter(found -> !PATH.matcher(found).matches() || (!whole && !isPrefix(found)))
        .ifPresent(found ->
            path.problem(
                whole ? "exact" : "prefix",
                "expected a path that begins with a slash, a prefix without one at its end"));
    Optional<String> method = fields.text("method");
    method
        .filter(found -> !TOKEN.matcher(found).matches())
        .ifPresent(found ->
            fields.problem("method", "expected a method, found \"" + Fields.brief(found) + "\""));
    return new Match(text.orElse(null), whole, method.orElse(""), headers(fields));
  }

  private static boolean isPrefix(String path) {
    return path.equals("/") || !path.endsWith("/");
  }

  private static Map<String, String> headers(Fields fields) {
    Map<String, String> headers = new TreeMap<>();
    fields
        .textMap("headers")
        .forEach((name, value) -> {
          String lower = name.toLowerCase(java.util.Locale.ROOT);
          String at = "headers[\"" + Fields.brief(name) + "\"]";
          if (!TOKEN.matcher(name).matches() || lower.equals("host")) {
            fields.problem(at, "expected a header's name other than Host");
          } else if (!VALUE.matcher(value).matches()) {
            fields.problem(at, "expected printable characters");
          } else if (headers.put(lower, value) != null) {
            fields.problem(at, "is there already");
          }
        });
    return headers;
  }

  /**
   * Whether the delegations of a route lead back to it.
   *
   * @param others by namespace and name; those that cannot be read count as not there
   * @return the first field that does; {@code null}: none
   */
  public static @Nullable Problem cycle(ServiceRoute route, Map<String, JsonNode> others) {
    for (int i = 0; i < route.rules().size(); i++) {
      if (route.rules().get(i).then() instanceof Then.Delegate(ServiceKey to)
          && leadsTo(to, route.key(), others, new java.util.HashSet<>())) {
        return new Problem(
            "spec.rules[" + i + "].delegate", "\"" + to + "\" delegates back to " + route.key());
      }
    }
    return null;
  }

  private static boolean leadsTo(
      ServiceKey from, ServiceKey target, Map<String, JsonNode> others, Set<ServiceKey> seen) {
    if (from.equals(target)) {
      return true;
    }
    JsonNode document = others.get(from.toString());
    if (document == null
        || !seen.add(from)
        || !(read(document, from.namespace(), from.name())
            instanceof Validated.Valid<ServiceRoute>(ServiceRoute route))) {
      return false;
    }
    return route.rules().stream()
        .anyMatch(rule ->
            rule.then() instanceof Then.Delegate(ServiceKey to)
                && leadsTo(to, target, others, seen));
  }
}

package dev.weft.policy.istio.read;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.policy.document.Fields;
import dev.weft.policy.istio.Attribute;
import dev.weft.policy.istio.Attribute.Side;
import dev.weft.policy.istio.AuthorizationPolicy.Action;
import dev.weft.policy.istio.AuthorizationPolicy.Rule;
import dev.weft.policy.istio.AuthorizationPolicy.Term;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Reads a rule of an {@code AuthorizationPolicy}. */
final class RuleReader {
  static final Set<String> RULE = Set.of("from", "to", "when");
  static final Set<String> FROM = Set.of("source");
  static final Set<String> TO = Set.of("operation");
  static final Set<String> CONDITION = Set.of("key", "values", "notValues");

  /** The fields of a source. */
  static final Set<String> SOURCE = fieldsOf(Side.SOURCE);

  /** The fields of an operation. */
  static final Set<String> OPERATION = fieldsOf(Side.OPERATION);

  private static final Pattern IN_BRACKETS = Pattern.compile("\\[[^\\p{Cntrl}]+\\]");
  private static final Pattern FILTER = Pattern.compile("[^\\p{Cntrl}\\[\\]]+\\[[^\\p{Cntrl}]+\\]");

  /** Brackets within brackets are part of a name, and these may be empty. */
  private static final Pattern NAMELESS =
      Pattern.compile("(\\[[^\\[\\]]+\\])*\\[\\](\\[[^\\[\\]]*\\])*");

  /** What a CUSTOM policy may not ask for: its rules are looked at before anybody is known. */
  private static final Set<Attribute> NOT_CUSTOM =
      EnumSet.of(
          Attribute.PRINCIPAL,
          Attribute.REQUEST_PRINCIPAL,
          Attribute.NAMESPACE,
          Attribute.SERVICE_ACCOUNT,
          Attribute.TRUST_DOMAIN,
          Attribute.AUDIENCE,
          Attribute.PRESENTER,
          Attribute.CLAIM);

  private RuleReader() {}

  private static Set<String> fieldsOf(Side side) {
    return Arrays.stream(Attribute.values())
        .filter(attribute -> attribute.side() == side && !attribute.field().isEmpty())
        .flatMap(attribute -> Stream.of(attribute.field(), attribute.notField()))
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  static Rule read(Fields rule, Action action) {
    List<List<Term>> from = new ArrayList<>();
    for (Fields element : elements(rule, "from", FROM)) {
      List<Term> terms = terms(element, "source", Side.SOURCE, action);
      exclusive(element, terms);
      from.add(terms);
    }
    List<List<Term>> to = new ArrayList<>();
    for (Fields element : elements(rule, "to", TO)) {
      to.add(terms(element, "operation", Side.OPERATION, action));
    }
    List<Term> when = new ArrayList<>();
    int index = 0;
    for (JsonNode element : rule.array("when")) {
      condition(rule.element(element, rule.at("when[" + index++ + "]"), CONDITION), action)
          .ifPresent(when::add);
    }
    return new Rule(from, to, when);
  }

  private static List<Fields> elements(Fields rule, String name, Set<String> known) {
    List<JsonNode> nodes = rule.array(name);
    if (rule.has(name) && nodes.isEmpty()) {
      rule.problem(name, "expected at least one; without the field it is for all");
    }
    List<Fields> elements = new ArrayList<>();
    for (JsonNode node : nodes) {
      elements.add(rule.element(node, rule.at(name + "[" + elements.size() + "]"), known));
    }
    return elements;
  }

  private static List<Term> terms(Fields element, String name, Side side, Action action) {
    if (!element.has(name)) {
      element.problem(name, "required");
      return List.of();
    }
    Fields fields = element.object(name, side == Side.SOURCE ? SOURCE : OPERATION);
    List<Term> terms = new ArrayList<>();
    for (Attribute attribute : Attribute.values()) {
      if (attribute.side() == side && !attribute.field().isEmpty()) {
        List<String> values = Values.read(fields, attribute.field(), attribute);
        List<String> notValues = Values.read(fields, attribute.notField(), attribute);
        if (!values.isEmpty() || !notValues.isEmpty()) {
          terms.add(new Term(attribute, attribute.key(), values, notValues));
          if (action == Action.CUSTOM && NOT_CUSTOM.contains(attribute)) {
            fields.problem(
                values.isEmpty() ? attribute.notField() : attribute.field(),
                "is nothing that a CUSTOM policy can ask for");
          }
        }
      }
    }
    if (terms.isEmpty()) {
      element.problem(name, "expected at least one value");
    }
    return terms;
  }

  private static void exclusive(Fields element, List<Term> terms) {
    Set<Attribute> there = EnumSet.noneOf(Attribute.class);
    terms.forEach(term -> there.add(term.attribute()));
    if (there.contains(Attribute.SERVICE_ACCOUNT)
        && (there.contains(Attribute.PRINCIPAL) || there.contains(Attribute.NAMESPACE))) {
      element.problem(
          "source.serviceAccounts", "cannot stand beside principals or namespaces in one source");
    }
  }

  private static Optional<Term> condition(Fields condition, Action action) {
    Optional<String> key = condition.requiredText("key");
    Optional<Attribute> attribute = key.flatMap(Attribute::ofKey);
    if (key.isPresent() && (attribute.isEmpty() || !named(attribute.get(), key.get()))) {
      condition.problem("key", "expected " + expected(key.get()));
      return Optional.empty();
    }
    if (attribute.isEmpty()) {
      return Optional.empty();
    }
    if (action == Action.CUSTOM && NOT_CUSTOM.contains(attribute.get())) {
      condition.problem("key", "is nothing that a CUSTOM policy can ask for");
    }
    List<String> values = Values.read(condition, "values", attribute.get());
    List<String> notValues = Values.read(condition, "notValues", attribute.get());
    if (values.isEmpty() && notValues.isEmpty()) {
      condition.problem("values", "expected at least one value here or in notValues");
    }
    return key.map(found -> new Term(attribute.get(), found, values, notValues));
  }

  private static boolean named(Attribute attribute, String key) {
    if (!attribute.key().endsWith("[]")) {
      return true;
    }
    String rest = key.substring(attribute.key().length() - 2);
    if (attribute == Attribute.FILTER_METADATA) {
      return FILTER.matcher(rest).matches();
    }
    boolean nameless = attribute == Attribute.CLAIM && NAMELESS.matcher(rest).matches();
    return IN_BRACKETS.matcher(rest).matches() && !nameless;
  }

  private static String expected(String key) {
    String known =
        Arrays.stream(Attribute.values())
            .map(Attribute::key)
            .filter(text -> !text.isEmpty())
            .map(text -> text.replace("[]", "[NAME]"))
            .collect(Collectors.joining(", "));
    return "one of " + known + ", found \"" + Fields.brief(key) + "\"";
  }
}

package dev.weft.policy.istio.compile;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.weft.policy.authz.Connection;
import dev.weft.policy.authz.Metadata;
import dev.weft.policy.authz.RbacPolicy;
import dev.weft.policy.identity.TrustDomain;
import dev.weft.policy.istio.Attachment;
import dev.weft.policy.istio.Attribute;
import dev.weft.policy.istio.AuthorizationPolicy;
import dev.weft.policy.istio.AuthorizationPolicy.Action;
import dev.weft.policy.istio.AuthorizationPolicy.Rule;
import dev.weft.policy.istio.AuthorizationPolicy.Term;
import dev.weft.policy.istio.PolicyName;
import dev.weft.policy.xds.Problems;
import dev.weft.policy.xds.RbacCodec;
import io.envoyproxy.envoy.extensions.filters.http.rbac.v3.RBAC;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;

/** What holds for all policies: compiled, sent, and read again by a proxy. */
class PolicyLawsTest {
  private static final Destination HERE =
      new Destination(new TrustDomain("east.demo"), "127.0.0.1", 9001, true);

  private record Request(String namespace, String account, String method, String path, String x) {
    String identity() {
      return "spiffe://east.demo/ns/" + namespace + "/sa/" + account;
    }

    @Nullable String header(String name) {
      return switch (name) {
        case ":method" -> method;
        case ":path" -> path + "?query";
        case ":authority" -> "payments.mesh";
        case "x" -> x.isEmpty() ? null : x;
        default -> null;
      };
    }
  }

  private static List<Request> requests() {
    List<Request> all = new ArrayList<>();
    for (String namespace : List.of("foo", "bar")) {
      for (String account : List.of("a", "b")) {
        for (String method : List.of("GET", "POST")) {
          for (String path : List.of("/a", "/a/b", "/style.css")) {
            for (String x : List.of("", "1", "2")) {
              all.add(new Request(namespace, account, method, path, x));
            }
          }
        }
      }
    }
    return all;
  }

  @Property(tries = 200)
  void whatIsCompiledAndReadAgainDecidesAsThePoliciesSay(
      @ForAll("policies") List<AuthorizationPolicy> policies) {
    List<RbacPolicy> compiled = compiled(policies);
    for (Request request : requests()) {
      assertThat(allows(compiled, request))
          .as(request.toString())
          .isEqualTo(says(policies, request));
    }
  }

  @Property(tries = 100)
  void theOrderOfPoliciesNeverMatters(
      @ForAll("policies") List<AuthorizationPolicy> policies, @ForAll long seed) {
    List<AuthorizationPolicy> other = new ArrayList<>(policies);
    Collections.shuffle(other, new Random(seed));
    List<RbacPolicy> one = compiled(policies);
    List<RbacPolicy> two = compiled(other);
    for (Request request : requests()) {
      assertThat(allows(two, request)).isEqualTo(allows(one, request));
    }
  }

  @Property(tries = 100)
  void oneMoreThatDeniesNeverAllowsMore(
      @ForAll("policies") List<AuthorizationPolicy> policies, @ForAll("rules") List<Rule> rules) {
    List<AuthorizationPolicy> more = new ArrayList<>(policies);
    more.add(policy("more", Action.DENY, rules));
    List<RbacPolicy> before = compiled(policies);
    List<RbacPolicy> after = compiled(more);
    for (Request request : requests()) {
      assertThat(allows(after, request)).isIn(false, allows(before, request));
    }
  }

  private static List<RbacPolicy> compiled(List<AuthorizationPolicy> policies) {
    List<RbacPolicy> compiled = new ArrayList<>();
    for (HttpFilter filter :
        AuthorizationFilters.http(new ChainPolicies(policies, List.of()), HERE)) {
      try {
        RBAC proto = filter.getTypedConfig().unpack(RBAC.class);
        Problems problems = Problems.at("");
        RbacPolicy read = RbacCodec.decode(proto.getRules(), RbacCodec.Layer.HTTP, problems);
        assertThat(problems.found()).isEmpty();
        compiled.add(read);
      } catch (InvalidProtocolBufferException e) {
        throw new AssertionError(e);
      }
    }
    return compiled;
  }

  private static boolean allows(List<RbacPolicy> compiled, Request request) {
    Connection connection = new Connection(request.identity(), "", 15006);
    return compiled.stream()
        .allMatch(policy -> policy.decide(connection, request::header, Metadata.NONE).allowed());
  }

  /** The meaning of policies, as their documentation says it. */
  private static boolean says(List<AuthorizationPolicy> policies, Request request) {
    boolean denied =
        policies.stream()
            .filter(policy -> policy.action() == Action.DENY)
            .anyMatch(policy -> matches(policy, request));
    List<AuthorizationPolicy> allowing =
        policies.stream().filter(policy -> policy.action() == Action.ALLOW).toList();
    return !denied
        && (allowing.isEmpty() || allowing.stream().anyMatch(policy -> matches(policy, request)));
  }

  private static boolean matches(AuthorizationPolicy policy, Request request) {
    return policy.rules().stream()
        .anyMatch(rule ->
            any(rule.from(), request)
                && any(rule.to(), request)
                && rule.when().stream().allMatch(term -> matches(term, request)));
  }

  private static boolean any(List<List<Term>> alternatives, Request request) {
    return alternatives.isEmpty()
        || alternatives.stream()
            .anyMatch(terms -> terms.stream().allMatch(term -> matches(term, request)));
  }

  private static boolean matches(Term term, Request request) {
    String actual =
        switch (term.attribute()) {
          case PRINCIPAL -> "cluster.local/ns/" + request.namespace() + "/sa/" + request.account();
          case NAMESPACE -> request.namespace();
          case METHOD -> request.method();
          case PATH -> request.path();
          case PORT -> "9001";
          case HEADER -> request.x();
          default -> throw new AssertionError(term);
        };
    return (term.values().isEmpty() || fits(term.values(), actual))
        && !fits(term.notValues(), actual);
  }

  private static boolean fits(List<String> patterns, String actual) {
    return patterns.stream()
        .anyMatch(pattern ->
            pattern.endsWith("*")
                ? !actual.isEmpty() && actual.startsWith(pattern.substring(0, pattern.length() - 1))
                : pattern.startsWith("*")
                    ? actual.endsWith(pattern.substring(1))
                    : actual.equals(pattern));
  }

  private static AuthorizationPolicy policy(String name, Action action, List<Rule> rules) {
    return new AuthorizationPolicy(
        new PolicyName("foo", name), new Attachment.Everything(), action, "", false, rules);
  }

  @Provide
  Arbitrary<List<AuthorizationPolicy>> policies() {
    Arbitrary<AuthorizationPolicy> one =
        Combinators.combine(
                Arbitraries.integers().between(0, 1_000_000),
                Arbitraries.of(Action.ALLOW, Action.DENY, Action.AUDIT),
                rules())
            .as((name, action, rules) -> policy("p" + name, action, rules));
    return one.list().ofMaxSize(4).uniqueElements(AuthorizationPolicy::name);
  }

  @Provide
  Arbitrary<List<Rule>> rules() {
    Arbitrary<Term> source =
        Arbitraries.oneOf(
            term(
                Attribute.PRINCIPAL,
                "cluster.local/ns/foo/sa/a",
                "*",
                "*/sa/b",
                "cluster.local/ns/b*"),
            term(Attribute.NAMESPACE, "foo", "b*"));
    Arbitrary<Term> operation =
        Arbitraries.oneOf(
            term(Attribute.METHOD, "GET", "P*"),
            term(Attribute.PATH, "/a", "/a*", "*.css", "*"),
            term(Attribute.PORT, "9001", "1"));
    Arbitrary<Term> condition = term(Attribute.HEADER, "1", "*", "2*");
    return Combinators.combine(
            source.list().ofMinSize(1).ofMaxSize(2).list().ofMaxSize(2),
            operation.list().ofMinSize(1).ofMaxSize(2).list().ofMaxSize(2),
            condition.list().ofMaxSize(1))
        .as(Rule::new)
        .list()
        .ofMaxSize(3);
  }

  private static Arbitrary<Term> term(Attribute attribute, String... patterns) {
    Arbitrary<List<String>> some = Arbitraries.of(patterns).list().ofMaxSize(2);
    return Combinators.combine(some, some)
        .as((values, notValues) ->
            new Term(
                attribute,
                attribute == Attribute.HEADER ? "request.headers[x]" : attribute.key(),
                values,
                notValues));
  }
}

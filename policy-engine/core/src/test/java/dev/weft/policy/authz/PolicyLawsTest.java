package dev.weft.policy.authz;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.policy.authz.RandomPolicies.Request;
import dev.weft.policy.authz.RbacPolicy.Action;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class PolicyLawsTest {

  @Property(tries = 1000, edgeCases = EdgeCasesMode.NONE)
  void whatTheIndexFindsIsWhatAScanFinds(
      @ForAll Action action,
      @ForAll("rules") List<Rule> rules,
      @ForAll("requests") List<Request> requests) {
    RbacPolicy indexed = new RbacPolicy(action, rules, 1);
    RbacPolicy scanned = new RbacPolicy(action, rules, Integer.MAX_VALUE);
    for (Request request : requests) {
      assertThat(indexed.decide(request.connection(), request.headers(), request.metadata()))
          .isEqualTo(scanned.decide(request.connection(), request.headers(), request.metadata()));
    }
  }

  @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
  void explainingDecidesTheSame(
      @ForAll("policies") RbacPolicy policy, @ForAll("request") Request request) {
    Decision plain = policy.decide(request.connection(), request.headers(), request.metadata());
    Decision told = policy.explain(request.connection(), request.headers(), request.metadata());
    assertThat(told.allowed()).isEqualTo(plain.allowed());
    assertThat(told.rule()).isEqualTo(plain.rule());
    assertThat(told.reason()).hasSizeLessThanOrEqualTo(1024);
  }

  @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
  void theOrderOfPoliciesDoesNotMatter(
      @ForAll("chains") List<RbacPolicy> policies,
      @ForAll("request") Request request,
      @ForAll long seed) {
    List<RbacPolicy> shuffled = new ArrayList<>(policies);
    Collections.shuffle(shuffled, new Random(seed));
    assertThat(decide(shuffled, request).rule()).isEqualTo(decide(policies, request).rule());
    assertThat(decide(shuffled, request).allowed()).isEqualTo(decide(policies, request).allowed());
  }

  @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
  void aDenyBeatsEveryAllow(
      @ForAll("chains") List<RbacPolicy> policies,
      @ForAll("rules") List<Rule> rules,
      @ForAll("request") Request request) {
    RbacPolicy deny = new RbacPolicy(Action.DENY, rules);
    List<RbacPolicy> more = new ArrayList<>(policies);
    more.add(deny);
    boolean denies = !decide(List.of(deny), request).allowed();
    boolean before = decide(policies, request).allowed();
    assertThat(decide(more, request).allowed()).isEqualTo(before && !denies);
  }

  private static Decision decide(List<RbacPolicy> policies, Request request) {
    return new PolicyChain(policies)
        .decide(request.connection(), request.headers(), request.metadata())
        .decision();
  }

  @Provide
  Arbitrary<List<Rule>> rules() {
    return RandomPolicies.rules(8);
  }

  @Provide
  Arbitrary<RbacPolicy> policies() {
    return RandomPolicies.policies(8);
  }

  @Provide
  Arbitrary<List<RbacPolicy>> chains() {
    return RandomPolicies.policies(3).list().ofMaxSize(4);
  }

  @Provide
  Arbitrary<Request> request() {
    return RandomPolicies.requests();
  }

  @Provide
  Arbitrary<List<Request>> requests() {
    return RandomPolicies.requests().list().ofSize(8);
  }
}

package dev.weft.policy.authz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.policy.authz.RbacPolicy.Action;
import dev.weft.policy.match.HeaderMatcher;
import dev.weft.policy.match.StringMatcher;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RbacPolicyTest {

  private static final Connection EAST =
      new Connection(
          "spiffe://east.demo/ns/default/sa/orders", "9001.payments.default.east.demo", 15006);
  private static final Connection PLAIN = new Connection(null, "", 15006);

  private static Principal domain(String trustDomain) {
    return new Principal.Authenticated(StringMatcher.prefix("spiffe://" + trustDomain + "/"));
  }

  private static Rule rule(String name, Permission permission, Principal principal) {
    return new Rule(name, List.of(permission), List.of(principal));
  }

  @Test
  void anAllowPolicyNamesTheRuleThatAllowed() {
    RbacPolicy policy =
        new RbacPolicy(
            Action.ALLOW,
            List.of(
                rule("west", new Permission.Any(), domain("west.demo")),
                rule("east", new Permission.Any(), domain("east.demo"))));
    assertThat(policy.decide(EAST)).isEqualTo(new Decision.ByRule(true, "east"));
  }

  @Test
  void aDefaultDenySaysWhatEachNearRuleWants() {
    RbacPolicy policy =
        new RbacPolicy(
            Action.ALLOW,
            List.of(
                rule("a", new Permission.DestinationPort(1), domain("north.demo")),
                rule("b", new Permission.DestinationPort(1), domain("east.demo")),
                rule("c", new Permission.Any(), domain("west.demo"))));
    assertThat(policy.decide(EAST))
        .isEqualTo(
            new Decision.DeniedByDefault(
                List.of(
                    new NearMiss("b", "port 1"),
                    new NearMiss("c", "peer prefix \"spiffe://west.demo/\""),
                    new NearMiss("a", "peer prefix \"spiffe://north.demo/\""))));
  }

  @Test
  void aDefaultDenyIsBoundedHoweverManyRulesThereAre() {
    RbacPolicy policy =
        new RbacPolicy(
            Action.ALLOW,
            IntStream.range(0, 1000)
                .mapToObj(
                    i -> rule("rule-" + i, new Permission.Any(), domain("d".repeat(2000) + i)))
                .toList());
    Decision.DeniedByDefault denied = (Decision.DeniedByDefault) policy.decide(EAST);
    assertThat(denied.nearest()).hasSize(NearMisses.MAX);
    assertThat(denied.reason()).hasSizeLessThanOrEqualTo(1024).contains("rule-0");
  }

  @Test
  void withoutRulesAllowDeniesAndDenyAllows() {
    assertThat(new RbacPolicy(Action.ALLOW, List.of()).decide(EAST).allowed()).isFalse();
    assertThat(new RbacPolicy(Action.DENY, List.of()).decide(EAST).allowed()).isTrue();
  }

  @Test
  void aDenyPolicyDeniesWhatMatches() {
    RbacPolicy policy =
        new RbacPolicy(
            Action.DENY, List.of(rule("no east", new Permission.Any(), domain("east.demo"))));
    assertThat(policy.decide(EAST)).isEqualTo(new Decision.ByRule(false, "no east"));
    assertThat(policy.decide(PLAIN)).isEqualTo(new Decision.AllowedByDefault());
  }

  @Test
  void aPeerWithoutACertificateIsNobody() {
    RbacPolicy policy =
        new RbacPolicy(
            Action.ALLOW,
            List.of(rule("any peer", new Permission.Any(), new Principal.Authenticated(null))));
    assertThat(policy.decide(EAST).allowed()).isTrue();
    assertThat(policy.decide(PLAIN).reason()).contains("any peer wants a verified peer");
  }

  @Test
  void setsAndNegationsNest() {
    Principal principal =
        new Principal.And(
            List.of(
                domain("east.demo"),
                new Principal.Not(
                    new Principal.Authenticated(StringMatcher.suffix("/sa/orders")))));
    Permission permission =
        new Permission.Or(
            List.of(
                new Permission.DestinationPort(1),
                new Permission.ServerName(StringMatcher.suffix(".east.demo"))));
    RbacPolicy policy = new RbacPolicy(Action.ALLOW, List.of(rule("r", permission, principal)));
    assertThat(policy.decide(EAST).reason()).contains("r wants not peer suffix \"/sa/orders\"");
    Connection other =
        new Connection("spiffe://east.demo/ns/default/sa/web", EAST.serverName(), 15006);
    assertThat(policy.decide(other).allowed()).isTrue();
  }

  @Test
  void rulesOnRequestsLookAtHeadersAndPathWithoutQuery() {
    RbacPolicy policy =
        new RbacPolicy(
            Action.ALLOW,
            List.of(
                rule(
                    "read",
                    new Permission.And(
                        List.of(
                            new Permission.UrlPath(StringMatcher.exact("/a")),
                            new Permission.Header(
                                HeaderMatcher.of(":method", StringMatcher.exact("GET"))))),
                    new Principal.Any())));
    Headers get = Map.of(":path", "/a?b=/c", ":method", "GET")::get;
    Headers post = Map.of(":path", "/a#f", ":method", "POST")::get;
    assertThat(policy.decide(EAST, get).allowed()).isTrue();
    assertThat(policy.decide(EAST, post).reason()).contains("read wants header :method \"GET\"");
    assertThat(policy.decide(EAST).allowed()).isFalse();
  }

  @Test
  void refusesTwoRulesOfOneName() {
    Rule rule = rule("twice", new Permission.Any(), new Principal.Any());
    assertThatThrownBy(() -> new RbacPolicy(Action.ALLOW, List.of(rule, rule)))
        .hasMessageContaining("twice");
  }
}

package dev.weft.policy.authz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.policy.authz.RbacPolicy.Action;
import dev.weft.policy.match.CidrRange;
import dev.weft.policy.match.HeaderMatcher;
import dev.weft.policy.match.IpAddress;
import dev.weft.policy.match.StringMatcher;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
    assertThat(policy.explain(EAST)).isEqualTo(new Decision.ByRule(true, "east"));
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
    assertThat(policy.explain(EAST))
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
    Decision.DeniedByDefault denied = (Decision.DeniedByDefault) policy.explain(EAST);
    assertThat(denied.nearest()).hasSize(NearMisses.MAX);
    assertThat(denied.reason()).hasSizeLessThanOrEqualTo(1024).contains("rule-0");
  }

  @Test
  void withoutRulesAllowDeniesAndDenyAllows() {
    assertThat(new RbacPolicy(Action.ALLOW, List.of()).explain(EAST).allowed()).isFalse();
    assertThat(new RbacPolicy(Action.DENY, List.of()).explain(EAST).allowed()).isTrue();
  }

  @Test
  void aDenyPolicyDeniesWhatMatches() {
    RbacPolicy policy =
        new RbacPolicy(
            Action.DENY, List.of(rule("no east", new Permission.Any(), domain("east.demo"))));
    assertThat(policy.explain(EAST)).isEqualTo(new Decision.ByRule(false, "no east"));
    assertThat(policy.explain(PLAIN)).isEqualTo(new Decision.AllowedByDefault());
  }

  @Test
  void aPeerWithoutACertificateIsNobody() {
    RbacPolicy policy =
        new RbacPolicy(
            Action.ALLOW,
            List.of(rule("any peer", new Permission.Any(), new Principal.Authenticated(null))));
    assertThat(policy.explain(EAST).allowed()).isTrue();
    assertThat(policy.explain(PLAIN).reason()).contains("any peer wants a verified peer");
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
    assertThat(policy.explain(EAST).reason()).contains("r wants not peer suffix \"/sa/orders\"");
    Connection other =
        new Connection("spiffe://east.demo/ns/default/sa/web", EAST.serverName(), 15006);
    assertThat(policy.explain(other).allowed()).isTrue();
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
    assertThat(policy.explain(EAST, get, Metadata.NONE).allowed()).isTrue();
    assertThat(policy.explain(EAST, post, Metadata.NONE).reason())
        .contains("read wants header :method \"GET\"");
    assertThat(policy.explain(EAST).allowed()).isFalse();
  }

  @Test
  void aPeerIsKnownByAnyOfItsNames() {
    Connection.Peer peer = new Connection.Peer(List.of("spiffe://a/b"), List.of("b.a"), "CN=b,O=a");
    Connection named = new Connection(peer, "", null, 1, null, null, null);
    for (String name : List.of("spiffe://a/b", "b.a", "CN=b,O=a")) {
      Principal principal = new Principal.Authenticated(StringMatcher.exact(name));
      RbacPolicy policy =
          new RbacPolicy(Action.ALLOW, List.of(rule("r", new Permission.Any(), principal)));
      assertThat(policy.explain(named).allowed()).as(name).isTrue();
      assertThat(policy.explain(EAST).allowed()).as(name).isFalse();
    }
  }

  @Test
  void eachAddressIsOnesOwn() {
    Connection connection =
        new Connection(
            null,
            "",
            IpAddress.parse("10.0.0.1"),
            1,
            IpAddress.parse("10.0.0.2"),
            IpAddress.parse("10.0.0.3"),
            IpAddress.parse("10.0.0.4"));
    List<Principal.End> ends =
        List.of(Principal.End.DIRECT, Principal.End.SOURCE, Principal.End.REMOTE);
    for (int i = 0; i < ends.size(); i++) {
      for (int tried = 1; tried <= 4; tried++) {
        CidrRange range =
            new CidrRange(Objects.requireNonNull(IpAddress.parse("10.0.0." + tried)), 32);
        RbacPolicy policy =
            new RbacPolicy(
                Action.ALLOW,
                List.of(
                    rule("r", new Permission.Any(), new Principal.Address(ends.get(i), range))));
        assertThat(policy.explain(connection).allowed()).isEqualTo(tried == i + 2);
      }
    }
  }

  @Test
  void anAuditAllowsAndTellsWhatMatched() {
    RbacPolicy policy =
        new RbacPolicy(
            Action.LOG, List.of(rule("east", new Permission.Any(), domain("east.demo"))));
    assertThat(policy.explain(EAST)).isEqualTo(new Decision.Audited("east"));
    assertThat(policy.explain(PLAIN)).isEqualTo(new Decision.Audited(""));
    assertThat(policy.explain(PLAIN).allowed()).isTrue();
  }

  @Test
  void whatAHeaderWouldHaveToBeIsNotTold() {
    RbacPolicy policy =
        new RbacPolicy(
            Action.ALLOW,
            List.of(
                rule(
                    "key",
                    new Permission.Header(
                        HeaderMatcher.of("x-api-key", StringMatcher.exact("s3cr3t"))),
                    new Principal.Any())));
    Headers wrong = Map.of("x-api-key", "gu3ss")::get;
    assertThat(policy.explain(EAST, wrong, Metadata.NONE).reason())
        .isEqualTo("denied: no rule allows it; key wants another header x-api-key");
  }

  @Test
  void refusesTwoRulesOfOneName() {
    Rule rule = rule("twice", new Permission.Any(), new Principal.Any());
    assertThatThrownBy(() -> new RbacPolicy(Action.ALLOW, List.of(rule, rule)))
        .hasMessageContaining("twice");
  }
}

package dev.weft.bench.policy;

import dev.weft.policy.authz.Connection;
import dev.weft.policy.authz.Headers;
import dev.weft.policy.authz.Metadata;
import dev.weft.policy.authz.Permission;
import dev.weft.policy.authz.Principal;
import dev.weft.policy.authz.RbacPolicy;
import dev.weft.policy.authz.Rule;
import dev.weft.policy.match.CidrRange;
import dev.weft.policy.match.HeaderMatcher;
import dev.weft.policy.match.IpAddress;
import dev.weft.policy.match.MetadataMatcher;
import dev.weft.policy.match.PathTemplate;
import dev.weft.policy.match.StringMatcher;
import dev.weft.policy.match.ValueMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * An ALLOW policy of {@value #RULES} rules of one kind, and requests for it: of eight, seven are
 * allowed, each by another rule, and one by none. Everything comes from one seed.
 */
public enum RuleSet {
  /** {@code GET /api/v1/service-17/orders/1234}, exactly. */
  EXACT_PATHS,
  /** Everything below {@code /api/v1/service-17/}. */
  PREFIXES,
  /** {@code /api/v1/service-17/{id}/items/*}. */
  TEMPLATES,
  /** Clients of networks of 12 to 28 bits, some within others. */
  CIDRS,
  /** Members of a group, by a claim of a verified token, a list. */
  CLAIMS,
  /** {@code .*}{@code /ns/team-17/.*} of the peer, as Istio writes namespaces, and a path. */
  REGEXES;

  /** How many rules. */
  public static final int RULES = 1_000;

  private static final int REQUESTS = 64;
  private static final String FILTER = "envoy.filters.http.jwt_authn";

  /** What is asked. */
  public record Request(Connection connection, Headers headers, Metadata metadata) {}

  /** The policy. */
  public RbacPolicy policy() {
    SplittableRandom random = new SplittableRandom(4711);
    List<Rule> rules = new ArrayList<>();
    for (int i = 0; i < RULES; i++) {
      rules.add(
          new Rule(
              String.format(Locale.ROOT, "ns[team-%d]-policy[allow]-rule[%d]", i % 50, i),
              List.of(permission(i)),
              List.of(principal(i, random))));
    }
    return new RbacPolicy(RbacPolicy.Action.ALLOW, rules);
  }

  private Permission permission(int i) {
    return switch (this) {
      case EXACT_PATHS -> get(new Permission.UrlPath(StringMatcher.exact(path(i))));
      case PREFIXES ->
          get(new Permission.UrlPath(StringMatcher.prefix("/api/v1/service-" + i + "/")));
      case TEMPLATES ->
          get(
              new Permission.UriTemplate(
                  PathTemplate.parse("/api/v1/service-" + i + "/{id}/items/*")));
      case REGEXES ->
          get(
              new Permission.UrlPath(
                  StringMatcher.Regex.compile("/api/v[0-9]+/service-" + i + "/.*")));
      case CIDRS, CLAIMS -> get(new Permission.Any());
    };
  }

  private static Permission get(Permission other) {
    return new Permission.And(
        List.of(
            new Permission.Header(
                HeaderMatcher.of(":method", StringMatcher.Regex.compile("GET|HEAD"))),
            other));
  }

  private Principal principal(int i, SplittableRandom random) {
    return switch (this) {
      case EXACT_PATHS, PREFIXES, TEMPLATES ->
          new Principal.Authenticated(StringMatcher.prefix("spiffe://east.demo/"));
      case CIDRS ->
          new Principal.Address(
              Principal.End.REMOTE,
              new CidrRange(
                  new IpAddress(false, (long) network(i) << 32, 0), 12 + random.nextInt(17)));
      case CLAIMS ->
          new Principal.Said(
              new MetadataMatcher(
                  FILTER,
                  List.of("payload", "groups"),
                  new ValueMatcher.OneOf(new ValueMatcher.Text(StringMatcher.exact("group-" + i))),
                  false));
      case REGEXES ->
          new Principal.Authenticated(StringMatcher.Regex.compile(".*/ns/team-" + i % 500 + "/.*"));
    };
  }

  private static String path(int i) {
    return "/api/v1/service-" + i % 100 + "/orders/" + i;
  }

  private static int network(int i) {
    return 0x0A00_0000 | (i * 0x9E37 & 0xff_ffff);
  }

  /** The requests. */
  public List<Request> requests() {
    SplittableRandom random = new SplittableRandom(42);
    List<Request> requests = new ArrayList<>();
    for (int n = 0; n < REQUESTS; n++) {
      int i = random.nextInt(RULES);
      requests.add(request(n % 8 == 7 ? -i - 1 : i));
    }
    return requests;
  }

  /**
   * @param i the rule that allows it; negative: none does
   */
  private Request request(int i) {
    String path =
        switch (this) {
          case EXACT_PATHS -> i < 0 ? "/api/v1/service-1/orders/none" : path(i);
          case PREFIXES, REGEXES -> "/api/v1/service-" + i + "/orders/1234?full=1";
          case TEMPLATES -> "/api/v1/service-" + i + "/8c1f2b/items/17";
          case CIDRS, CLAIMS -> "/api/v1/orders/1234";
        };
    Map<String, String> headers =
        Map.of(":method", "GET", ":path", path, ":authority", "payments.mesh");
    IpAddress client =
        new IpAddress(false, i < 0 ? 0xC000_0200L << 32 : (long) network(i) << 32, 0);
    Connection connection =
        new Connection(
            Connection.Peer.named("spiffe://east.demo/ns/team-" + Math.abs(i % 500) + "/sa/orders"),
            "9001.payments.default.east.demo",
            client,
            9001,
            client,
            client,
            client);
    Map<String, Object> claims =
        Map.of("payload", Map.of("iss", "https://a", "groups", List.of("all", "group-" + i)));
    return new Request(connection, headers::get, Map.of(FILTER, claims)::get);
  }
}

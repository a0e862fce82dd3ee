package dev.weft.proxy.http.route;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.re2j.Pattern;
import dev.weft.policy.match.HeaderMatcher;
import dev.weft.policy.match.QueryString;
import dev.weft.policy.match.StringMatcher;
import dev.weft.proxy.config.Fraction;
import dev.weft.proxy.config.QueryMatcher;
import dev.weft.proxy.config.Route;
import dev.weft.proxy.config.Route.PathMatch;
import dev.weft.proxy.config.RouteTable;
import dev.weft.proxy.config.RouteTable.VirtualHost;
import dev.weft.proxy.http.HeaderList;
import dev.weft.proxy.http.RequestHead;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RouteIndexTest {
  private static Route route(String name, PathMatch path, HeaderMatcher... headers) {
    return new Route(
        name,
        path,
        List.of(headers),
        new Route.Action.Direct(200, ""),
        List.of(),
        List.of(),
        List.of(),
        List.of());
  }

  private static RouteIndex oneHost(boolean ignorePort, String domain, Route... routes) {
    return RouteIndex.compile(
        new RouteTable(
            "t", ignorePort, List.of(new VirtualHost("v", List.of(domain), List.of(routes)))));
  }

  private static RequestHead get(String authority, String path) {
    return new RequestHead("GET", "http", authority, path, new HeaderList());
  }

  private static String found(RouteIndex index, RequestHead head) {
    Route route = index.find(head, new SplittableRandom(1));
    return route == null ? "none" : route.name();
  }

  @ParameterizedTest
  @CsvSource({
    "payments.mesh, true, payments.mesh:80, r",
    "payments.mesh, false, payments.mesh:80, none",
    "payments.mesh:80, false, payments.mesh:80, r",
    "payments.mesh, true, PAYMENTS.Mesh, r",
    "*.mesh, true, a.b.mesh, r",
    "*.mesh, true, .mesh, none",
    "*-x.mesh, true, a-x.mesh, r",
    "pay.*, true, pay.mesh, r",
    "pay.*, true, pay., none",
    "*, true, anything, r",
    "[::1], true, [::1]:80, r",
    "[::1], true, [::1], r",
  })
  void aDomainIsMatched(String domain, boolean ignorePort, String authority, String expected) {
    RouteIndex index = oneHost(ignorePort, domain, route("r", new PathMatch.Prefix("/", false)));
    assertThat(found(index, get(authority, "/"))).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "/a, exact",
    "/a?x=/seg, exact",
    "/A, prefix",
    "/seg, segment",
    "/seg/b, segment",
    "/seg?x, segment",
    "/segment, prefix",
    "/item/42, regex",
    "/item/42/x, prefix",
    "/SEG, prefix",
  })
  void thePathIsMatchedWithoutItsQueryAndTheFirstRouteDecides(String path, String expected) {
    RouteIndex index =
        oneHost(
            true,
            "*",
            route("exact", new PathMatch.Exact("/a", false)),
            route("segment", new PathMatch.SegmentPrefix("/seg", false)),
            route(
                "regex",
                new PathMatch.Regex(new StringMatcher.Regex(Pattern.compile("/item/[0-9]+")))),
            route("prefix", new PathMatch.Prefix("/", false)));
    assertThat(found(index, get("h", path))).isEqualTo(expected);
  }

  @Test
  void pseudoHeadersAndRepeatedHeadersAreMatched() {
    HeaderMatcher post = HeaderMatcher.of(":method", new StringMatcher.Exact("POST", false));
    HeaderMatcher query = HeaderMatcher.of(":path", new StringMatcher.Suffix("?x=1", false));
    HeaderMatcher list = HeaderMatcher.of("x-tag", new StringMatcher.Exact("a,b", false));
    RouteIndex index =
        oneHost(true, "*", route("r", new PathMatch.Prefix("/", false), post, query, list));
    HeaderList tags = new HeaderList().add("x-tag", "a").add("x-tag", "b");
    assertThat(found(index, new RequestHead("POST", "http", "h", "/?x=1", tags))).isEqualTo("r");
    assertThat(found(index, new RequestHead("GET", "http", "h", "/?x=1", tags))).isEqualTo("none");
    assertThat(found(index, new RequestHead("POST", "http", "h", "/", tags))).isEqualTo("none");
  }

  @Provide
  Arbitrary<String> domains() {
    Arbitrary<String> label = Arbitraries.of("a", "b", "ab", "a.b", "b.a");
    return Arbitraries.oneOf(
        label,
        label.map(text -> "*." + text),
        label.map(text -> "*" + text),
        label.map(text -> text + ".*"),
        label.map(text -> text + "*"),
        Arbitraries.just("*"));
  }

  @Provide
  Arbitrary<List<List<String>>> tables() {
    return domains().list().ofMinSize(1).ofMaxSize(4).list().ofMaxSize(6);
  }

  @Provide
  Arbitrary<String> authorities() {
    return Arbitraries.strings().withChars("abAB.").ofMinLength(1).ofMaxLength(6);
  }

  @Property(tries = 500)
  void theIndexAgreesWithReadingTheWholeTable(
      @ForAll("tables") List<List<String>> table, @ForAll("authorities") String authority) {
    List<VirtualHost> hosts = new ArrayList<>();
    for (int i = 0; i < table.size(); i++) {
      hosts.add(new VirtualHost("v" + i, table.get(i), List.of()));
    }
    VirtualHost actual =
        RouteIndex.compile(new RouteTable("t", true, hosts)).virtualHost(authority);
    assertThat(actual == null ? null : actual.name())
        .isEqualTo(naive(hosts, authority.toLowerCase(Locale.ROOT)));
  }

  /** Looks at every domain: best is the kind (exact, suffix, prefix, any), then the length. */
  private static String naive(List<VirtualHost> hosts, String name) {
    String best = null;
    int bestScore = -1;
    for (VirtualHost host : hosts) {
      for (String domain : host.domains()) {
        int score = score(domain, name);
        if (score > bestScore) {
          bestScore = score;
          best = host.name();
        }
      }
    }
    return best;
  }

  private static int score(String domain, String name) {
    if (domain.equals("*")) {
      return 0;
    }
    if (domain.startsWith("*")) {
      String suffix = domain.substring(1);
      return name.endsWith(suffix) && name.length() > suffix.length() ? 2000 + suffix.length() : -1;
    }
    if (domain.endsWith("*")) {
      String prefix = domain.substring(0, domain.length() - 1);
      return name.startsWith(prefix) && name.length() > prefix.length()
          ? 1000 + prefix.length()
          : -1;
    }
    return domain.equals(name) ? 3000 : -1;
  }

  @ParameterizedTest
  @CsvSource({
    "/?v=1, v, 1",
    "/?vv=2&v=1, v, 1",
    "/?v=1&v=2, v, 1",
    "/?v, v, ''",
    "/?v=, v, ''",
    "/?v=a=b, v, a=b",
    "/?&&v=1, v, 1",
    "/?x=v, v,",
    "/v=1, v,",
    "/?, v,",
  })
  void theFirstParameterOfANameIsReadAsItWasSent(String path, String name, String expected) {
    assertThat(QueryString.first(path, name)).isEqualTo(expected);
  }

  @Provide
  Arbitrary<List<Route.Match>> matches() {
    Arbitrary<PathMatch> paths =
        Arbitraries.of(
            new PathMatch.Prefix("/a", false),
            new PathMatch.Prefix("/A", true),
            new PathMatch.Exact("/a/b", false),
            new PathMatch.SegmentPrefix("/a", false),
            new PathMatch.Regex(StringMatcher.Regex.compile("/[ab]+")),
            new PathMatch.Template(Pattern.compile("/a/(?P<x>[ab]+)")),
            new PathMatch.Prefix("/", false));
    Arbitrary<List<QueryMatcher>> query =
        Arbitraries.of(
                new QueryMatcher("q", null, true),
                new QueryMatcher("q", null, false),
                new QueryMatcher("q", StringMatcher.exact("1"), true))
            .list()
            .ofMaxSize(2);
    Arbitrary<List<HeaderMatcher>> headers =
        Arbitraries.of(
                HeaderMatcher.of(":method", StringMatcher.exact("GET")),
                HeaderMatcher.of("x-tag", StringMatcher.prefix("a")),
                HeaderMatcher.of("x-tag", StringMatcher.exact("a,b")),
                HeaderMatcher.present("x-tag"),
                new HeaderMatcher("x-tag", null, false, false, false),
                new HeaderMatcher("x-tag", StringMatcher.exact("a"), true, true, false),
                new HeaderMatcher("x-tag", StringMatcher.exact(""), true, false, true))
            .list()
            .ofMaxSize(2);
    return Combinators.combine(
            paths, headers, query, Arbitraries.of(true, false), Arbitraries.of(0, 50, 100))
        .as((path, fields, parameters, grpc, share) ->
            new Route.Match(path, fields, parameters, grpc, new Fraction(share, 100)))
        .list()
        .ofMaxSize(6);
  }

  @Provide
  Arbitrary<RequestHead> requests() {
    return Combinators.combine(
            Arbitraries.of("/", "/a", "/a/b", "/A/b", "/ab", "/b", "/a/c"),
            Arbitraries.of("", "?q", "?q=1", "?x=2&q=2", "?q=2&q=1"),
            Arbitraries.of("text/plain", "application/grpc", "application/grpc-web"),
            Arbitraries.of("GET", "POST"),
            Arbitraries.of("", "a", "b").list().ofMaxSize(2))
        .as((path, query, type, method, tags) -> {
          HeaderList headers = new HeaderList().add("content-type", type);
          tags.forEach(tag -> headers.add("x-tag", tag));
          return new RequestHead(method, "http", "h", path + query, headers);
        });
  }

  @Property(tries = 1000)
  void theFirstRouteWhoseEveryConditionHoldsIsTaken(
      @ForAll("matches") List<Route.Match> matches,
      @ForAll("requests") RequestHead head,
      @ForAll long seed) {
    List<Route> routes = new ArrayList<>();
    for (int i = 0; i < matches.size(); i++) {
      routes.add(
          new Route(
              "r" + i, matches.get(i), new Route.Action.Direct(200, ""), List.of(), List.of()));
    }
    RouteIndex index = oneHost(true, "*", routes.toArray(new Route[0]));
    Route actual = index.find(head, new SplittableRandom(seed));
    long drawn = new SplittableRandom(seed).nextLong() >>> 1;
    String expected =
        routes.stream()
            .filter(route -> holds(route.match(), head, drawn))
            .map(Route::name)
            .findFirst()
            .orElse("none");
    assertThat(actual == null ? "none" : actual.name()).isEqualTo(expected);
  }

  /** Each condition in the plainest words, none left out early. */
  private static boolean holds(Route.Match match, RequestHead head, long drawn) {
    String[] parts = head.path().split("\\?", 2);
    String path = parts[0];
    boolean pathHolds =
        switch (match.path()) {
          case PathMatch.Prefix(String text, boolean ignoreCase) ->
              ignoreCase
                  ? path.toLowerCase(Locale.ROOT).startsWith(text.toLowerCase(Locale.ROOT))
                  : path.startsWith(text);
          case PathMatch.Exact(String text, boolean ignoreCase) -> path.equals(text);
          case PathMatch.SegmentPrefix(String text, boolean ignoreCase) ->
              (path + "/").startsWith(text + "/");
          case PathMatch.Regex regex -> path.matches("/[ab]+");
          case PathMatch.Template template -> path.matches("/a/[ab]+");
          case PathMatch.Connect connect -> head.method().equals("CONNECT");
        };
    Map<String, String> query = new HashMap<>();
    if (parts.length == 2) {
      for (String one : parts[1].split("&")) {
        String[] pair = one.split("=", 2);
        query.putIfAbsent(pair[0], pair.length == 2 ? pair[1] : "");
      }
    }
    boolean queryHolds =
        match.query().stream()
            .allMatch(matcher ->
                matcher.value() == null
                    ? query.containsKey(matcher.name()) == matcher.expectPresent()
                    : "1".equals(query.get(matcher.name())));
    boolean grpcHolds =
        !match.grpc() || "application/grpc".equals(head.headers().get("content-type"));
    boolean headersHold = match.headers().stream().allMatch(matcher -> holds(matcher, head));
    return pathHolds
        && headersHold
        && queryHolds
        && grpcHolds
        && drawn % 100 < match.share().numerator();
  }

  private static boolean holds(HeaderMatcher matcher, RequestHead head) {
    List<String> values = new ArrayList<>();
    if (matcher.name().equals(":method")) {
      values.add(head.method());
    }
    for (int i = 0; i < head.headers().size(); i++) {
      if (head.headers().name(i).equals(matcher.name())) {
        values.add(head.headers().value(i));
      }
    }
    if (matcher.value() == null) {
      return values.isEmpty() != matcher.expectPresent();
    }
    if (values.isEmpty() && !matcher.missingAsEmpty()) {
      return false;
    }
    String all = String.join(",", values);
    boolean found =
        switch (matcher.value()) {
          case StringMatcher.Exact(String text, boolean ignoreCase) -> all.equals(text);
          case StringMatcher.Prefix(String text, boolean ignoreCase) -> all.startsWith(text);
          default -> throw new IllegalArgumentException(matcher.toString());
        };
    return found != matcher.invert();
  }
}

package dev.weft.policy.authz;

import dev.weft.policy.authz.RbacPolicy.Action;
import dev.weft.policy.match.CidrRange;
import dev.weft.policy.match.HeaderMatcher;
import dev.weft.policy.match.IpAddress;
import dev.weft.policy.match.MetadataMatcher;
import dev.weft.policy.match.PathTemplate;
import dev.weft.policy.match.StringMatcher;
import dev.weft.policy.match.ValueMatcher;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import org.jspecify.annotations.Nullable;

/** Policies and requests of few words, so that rules match often enough and often enough do not. */
public final class RandomPolicies {
  private static final List<String> WORDS =
      List.of(
          "/", "/a", "/a/b", "/A/b", "/a/bcd", "/orders/7", "/ns/shop/x", "GET", "bcd", "shop", "");
  private static final List<String> ADDRESSES =
      List.of(
          "10.0.0.1", "10.0.0.200", "10.1.2.3", "255.255.255.255", "0.0.0.0", "2001:db8::1", "::");

  private RandomPolicies() {}

  /** A request and the connection that it came by. */
  public record Request(Connection connection, Headers headers, Metadata metadata) {}

  public static Arbitrary<RbacPolicy> policies(int most) {
    return Combinators.combine(Arbitraries.of(Action.class), rules(most)).as(RbacPolicy::new);
  }

  public static Arbitrary<List<Rule>> rules(int most) {
    Arbitrary<Rule> rule =
        Combinators.combine(
                Arbitraries.strings().alpha().ofMaxLength(8),
                permissions().list().ofMinSize(1).ofMaxSize(3),
                principals().list().ofMinSize(1).ofMaxSize(3))
            .as(Rule::new);
    return rule.list().ofMaxSize(most).uniqueElements(Rule::name);
  }

  public static Arbitrary<Request> requests() {
    Arbitrary<@Nullable IpAddress> address =
        Arbitraries.of(ADDRESSES).map(IpAddress::parse).injectNull(0.1);
    Arbitrary<Connection> connection =
        Combinators.combine(
                words().list().ofMaxSize(2), words(), address, address, address, address)
            .as((names, name, destination, direct, source, remote) ->
                new Connection(
                    names.isEmpty()
                        ? null
                        : new Connection.Peer(names, names.subList(0, names.size() - 1), name),
                    name,
                    destination,
                    name.length() * 1000,
                    direct,
                    source,
                    remote));
    Arbitrary<Headers> headers =
        Combinators.combine(words().injectNull(0.1), words(), words().injectNull(0.3))
            .as((path, method, x) -> {
              Map<String, String> all = new HashMap<>();
              all.put(":path", path);
              all.put(":method", method);
              all.put("x-a", x);
              return all::get;
            });
    Arbitrary<Object> value =
        Arbitraries.oneOf(
            words().map(Object.class::cast),
            words().list().ofMaxSize(3).map(Object.class::cast),
            Arbitraries.of(1, 2.5, true, Map.of("b", "shop")));
    Arbitrary<Metadata> metadata =
        value
            .injectNull(0.2)
            .map(said -> {
              Map<String, Object> object = new HashMap<>();
              object.put("a", said);
              return filter -> filter.equals("f") ? object : null;
            });
    return Combinators.combine(connection, headers, metadata).as(Request::new);
  }

  private static Arbitrary<String> words() {
    return Arbitraries.frequencyOf(
        net.jqwik.api.Tuple.of(9, Arbitraries.of(WORDS)),
        net.jqwik.api.Tuple.of(1, Arbitraries.strings().ofMaxLength(9)));
  }

  public static Arbitrary<StringMatcher> strings() {
    Arbitrary<String> text = words().filter(word -> !word.isEmpty());
    Arbitrary<Boolean> ignoreCase = Arbitraries.of(true, false);
    return Arbitraries.oneOf(
        Combinators.combine(words(), ignoreCase).as(StringMatcher.Exact::new),
        Combinators.combine(text, ignoreCase).as(StringMatcher.Prefix::new),
        Combinators.combine(text, ignoreCase).as(StringMatcher.Suffix::new),
        Combinators.combine(text, ignoreCase).as(StringMatcher.Contains::new),
        Arbitraries.of(
                "a+",
                "GET|HEAD",
                "[0-9]{1,3}",
                ".*/ns/shop/.*",
                "/orders/[0-9]+",
                "/a.*",
                "(/a|/b).*")
            .map(StringMatcher.Regex::compile));
  }

  private static Arbitrary<HeaderMatcher> headers() {
    Arbitrary<String> names = Arbitraries.of("x-a", ":method", ":path");
    Arbitrary<Boolean> flags = Arbitraries.of(true, false);
    return Arbitraries.oneOf(
        Combinators.combine(names, flags, flags)
            .as((name, present, invert) -> new HeaderMatcher(name, null, present, invert, false)),
        Combinators.combine(names, strings(), flags, flags)
            .as((name, value, invert, empty) ->
                new HeaderMatcher(name, value, true, invert, empty)));
  }

  private static Arbitrary<CidrRange> ranges() {
    return Combinators.combine(Arbitraries.of(ADDRESSES), Arbitraries.integers().between(0, 128))
        .as((text, length) -> new CidrRange(Objects.requireNonNull(IpAddress.parse(text)), length));
  }

  private static Arbitrary<ValueMatcher> values() {
    return Arbitraries.lazyOf(
        () -> strings().map(ValueMatcher.Text::new),
        () -> strings().map(ValueMatcher.Text::new),
        () -> Arbitraries.of(new ValueMatcher.Null(), new ValueMatcher.Equal(1)),
        () -> Arbitraries.just(new ValueMatcher.Range(2, 3)),
        () -> Arbitraries.of(true, false).map(ValueMatcher.Bool::new),
        () -> Arbitraries.of(true, false).map(ValueMatcher.Present::new),
        () -> values().map(ValueMatcher.OneOf::new),
        () -> values().list().ofSize(2).map(ValueMatcher.Or::new));
  }

  private static Arbitrary<MetadataMatcher> said() {
    return Combinators.combine(
            Arbitraries.of(List.of("a"), List.of("a", "b")),
            values(),
            Arbitraries.of(true, false, false))
        .as((path, value, invert) ->
            new MetadataMatcher("f", new ArrayList<>(path), value, invert));
  }

  private static Arbitrary<Permission> permissions() {
    return Arbitraries.lazyOf(
        () -> Arbitraries.just(new Permission.Any()),
        () -> Arbitraries.of(0, 1000, 5000).map(Permission.DestinationPort::new),
        () -> Arbitraries.just(new Permission.DestinationPortRange(900, 4000)),
        () -> ranges().map(Permission.DestinationIp::new),
        () -> strings().map(Permission.ServerName::new),
        () -> headers().map(Permission.Header::new),
        () -> strings().map(Permission.UrlPath::new),
        () ->
            Arbitraries.of("/a/*", "/a/**", "/{x=*/b}", "/**", "/orders/{id}", "/a/b", "/")
                .map(PathTemplate::parse)
                .map(Permission.UriTemplate::new),
        () -> said().map(Permission.Said::new),
        () -> permissions().list().ofMinSize(1).ofMaxSize(2).map(Permission.And::new),
        () -> permissions().list().ofMinSize(1).ofMaxSize(2).map(Permission.Or::new),
        () -> permissions().map(Permission.Not::new));
  }

  private static Arbitrary<Principal> principals() {
    return Arbitraries.lazyOf(
        () -> Arbitraries.just(new Principal.Any()),
        () -> strings().injectNull(0.2).map(Principal.Authenticated::new),
        () ->
            Combinators.combine(Arbitraries.of(Principal.End.class), ranges())
                .as(Principal.Address::new),
        () -> headers().map(Principal.Header::new),
        () -> strings().map(Principal.UrlPath::new),
        () -> said().map(Principal.Said::new),
        () -> principals().list().ofMinSize(1).ofMaxSize(2).map(Principal.And::new),
        () -> principals().list().ofMinSize(1).ofMaxSize(2).map(Principal.Or::new),
        () -> principals().map(Principal.Not::new));
  }
}

package dev.weft.policy.xds;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.policy.authz.Permission;
import dev.weft.policy.authz.Principal;
import dev.weft.policy.authz.RbacPolicy;
import dev.weft.policy.authz.Rule;
import dev.weft.policy.match.HeaderMatcher;
import dev.weft.policy.match.StringMatcher;
import dev.weft.policy.xds.RbacCodec.Layer;
import io.envoyproxy.envoy.config.rbac.v3.RBAC;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class RbacCodecLawsTest {

  @Property(tries = 500)
  void decodingWhatWasEncodedGivesTheSame(@ForAll("policies") RbacPolicy policy) {
    Problems problems = Problems.at("");
    assertThat(RbacCodec.decode(RbacCodec.encode(policy), Layer.HTTP, problems)).isEqualTo(policy);
    assertThat(problems.found()).isEmpty();
  }

  @Property(tries = 500)
  void anyBytesThatAreAMessageAreDecodedOrRefusedButNeverThrow(
      @ForAll byte[] noise, @ForAll("policies") RbacPolicy policy) throws Exception {
    byte[] bytes = RbacCodec.encode(policy).toByteArray();
    for (int i = 0; i < Math.min(noise.length, 8) && bytes.length > 0; i++) {
      bytes[(noise[i] & 0xff) * bytes.length / 256] ^= noise[i];
    }
    RBAC proto;
    try {
      proto = RBAC.parseFrom(bytes);
    } catch (com.google.protobuf.InvalidProtocolBufferException notAMessage) {
      return;
    }
    Problems problems = Problems.at("");
    RbacPolicy decoded = RbacCodec.decode(proto, Layer.NETWORK, problems);
    assertThat(decoded == null).isEqualTo(!problems.found().isEmpty());
  }

  @Provide
  Arbitrary<RbacPolicy> policies() {
    Arbitrary<Rule> rules =
        Combinators.combine(
                Arbitraries.strings().alpha().ofMaxLength(8),
                permissions().list().ofMinSize(1).ofMaxSize(3),
                principals().list().ofMinSize(1).ofMaxSize(3))
            .as(Rule::new);
    return Combinators.combine(
            Arbitraries.of(RbacPolicy.Action.class),
            rules.list().ofMaxSize(4).uniqueElements(Rule::name))
        .as(RbacPolicy::new);
  }

  private static Arbitrary<StringMatcher> strings() {
    Arbitrary<String> text = Arbitraries.strings().ofMinLength(1).ofMaxLength(12);
    Arbitrary<Boolean> ignoreCase = Arbitraries.of(true, false);
    return Arbitraries.oneOf(
        Combinators.combine(text, ignoreCase).as(StringMatcher.Exact::new),
        Combinators.combine(text, ignoreCase).as(StringMatcher.Prefix::new),
        Combinators.combine(text, ignoreCase).as(StringMatcher.Suffix::new),
        Combinators.combine(text, ignoreCase).as(StringMatcher.Contains::new),
        Arbitraries.of("a+", "GET|HEAD", "[0-9]{1,3}", "")
            .filter(s -> !s.isEmpty())
            .map(StringMatcher.Regex::compile));
  }

  private static Arbitrary<HeaderMatcher> headers() {
    Arbitrary<String> names = Arbitraries.of("x-a", ":method", "host");
    Arbitrary<Boolean> flags = Arbitraries.of(true, false);
    return Arbitraries.oneOf(
        Combinators.combine(names, flags, flags)
            .as((name, present, invert) -> new HeaderMatcher(name, null, present, invert, false)),
        Combinators.combine(names, strings(), flags, flags)
            .as((name, value, invert, empty) ->
                new HeaderMatcher(name, value, true, invert, empty)));
  }

  private static Arbitrary<Permission> permissions() {
    return Arbitraries.lazyOf(
        () -> Arbitraries.just(new Permission.Any()),
        () -> Arbitraries.integers().between(0, 65_535).map(Permission.DestinationPort::new),
        () -> strings().map(Permission.ServerName::new),
        () -> headers().map(Permission.Header::new),
        () -> strings().map(Permission.UrlPath::new),
        () -> permissions().list().ofMinSize(1).ofMaxSize(2).map(Permission.And::new),
        () -> permissions().list().ofMinSize(1).ofMaxSize(2).map(Permission.Or::new),
        () -> permissions().map(Permission.Not::new));
  }

  private static Arbitrary<Principal> principals() {
    return Arbitraries.lazyOf(
        () -> Arbitraries.just(new Principal.Any()),
        () -> strings().injectNull(0.2).map(Principal.Authenticated::new),
        () -> headers().map(Principal.Header::new),
        () -> principals().list().ofMinSize(1).ofMaxSize(2).map(Principal.And::new),
        () -> principals().list().ofMinSize(1).ofMaxSize(2).map(Principal.Or::new),
        () -> principals().map(Principal.Not::new));
  }
}

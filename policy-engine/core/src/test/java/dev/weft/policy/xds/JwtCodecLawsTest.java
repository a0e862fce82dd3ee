package dev.weft.policy.xds;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.policy.jwt.JwksSource;
import dev.weft.policy.jwt.JwtAlgorithm;
import dev.weft.policy.jwt.JwtPolicy;
import dev.weft.policy.jwt.JwtProvider;
import dev.weft.policy.jwt.JwtRequirement;
import dev.weft.policy.jwt.JwtRule;
import dev.weft.policy.jwt.TestIssuer;
import dev.weft.policy.jwt.TokenForwarding;
import dev.weft.policy.jwt.TokenLocations;
import dev.weft.policy.jwt.TokenRules;
import dev.weft.policy.match.StringMatcher;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class JwtCodecLawsTest {
  private static final String SET = TestIssuer.set(TestIssuer.shared("ES256", "k").jwk());

  @Property(tries = 300)
  void decodingWhatWasEncodedGivesTheSame(@ForAll("policies") JwtPolicy<RouteMatch> policy) {
    Problems problems = Problems.at("");
    JwtAuthentication proto = JwtCodec.encode(policy, Function.identity());
    assertThat(JwtCodec.decode(proto, (match, at) -> match, problems)).isEqualTo(policy);
    assertThat(problems.found()).isEmpty();
  }

  @Property(tries = 300)
  void anyBytesThatAreAMessageAreDecodedOrRefusedButNeverThrow(
      @ForAll byte[] noise, @ForAll("policies") JwtPolicy<RouteMatch> policy) throws Exception {
    byte[] bytes = JwtCodec.encode(policy, Function.identity()).toByteArray();
    for (int i = 0; i < Math.min(noise.length, 8) && bytes.length > 0; i++) {
      bytes[(noise[i] & 0xff) * bytes.length / 256] ^= noise[i];
    }
    JwtAuthentication proto;
    try {
      proto = JwtAuthentication.parseFrom(bytes);
    } catch (com.google.protobuf.InvalidProtocolBufferException notAMessage) {
      return;
    }
    Problems problems = Problems.at("");
    JwtPolicy<RouteMatch> decoded = JwtCodec.decode(proto, (match, at) -> match, problems);
    assertThat(decoded == null).isEqualTo(!problems.found().isEmpty());
  }

  @Provide
  Arbitrary<JwtPolicy<RouteMatch>> policies() {
    return Combinators.combine(
            providers(), requirements(2), requirements(1), Arbitraries.of(true, false))
        .as((provider, named, own, flag) ->
            new JwtPolicy<>(
                Map.of("p", provider, "q", provider),
                rules(named, own),
                Map.of("named", named, "other", own),
                flag,
                !flag));
  }

  private static List<JwtRule<RouteMatch>> rules(JwtRequirement named, JwtRequirement own) {
    RouteMatch match = RouteMatch.newBuilder().setPrefix("/").build();
    List<JwtRule<RouteMatch>> rules = new ArrayList<>();
    rules.add(new JwtRule<>(match, named, "named"));
    rules.add(new JwtRule<>(match, own, ""));
    return rules;
  }

  private Arbitrary<JwtRequirement> requirements(int depth) {
    Arbitrary<JwtRequirement> leaf =
        Arbitraries.of(
            new JwtRequirement.Nothing(),
            new JwtRequirement.AllowMissing(),
            new JwtRequirement.AllowMissingOrFailed(),
            new JwtRequirement.Provider("p", List.of()),
            new JwtRequirement.Provider("q", List.of("a", "b")));
    if (depth == 0) {
      return leaf;
    }
    Arbitrary<List<JwtRequirement>> several =
        requirements(depth - 1).list().ofMinSize(2).ofMaxSize(3);
    return Arbitraries.oneOf(
        leaf, several.map(JwtRequirement.AnyOf::new), several.map(JwtRequirement.AllOf::new));
  }

  private Arbitrary<JwtProvider> providers() {
    return Combinators.combine(
            tokenRules(),
            sources(),
            locations(),
            forwardings(),
            Arbitraries.integers().between(1, 9))
        .as((rules, keys, from, forwarding, size) ->
            new JwtProvider(rules, keys, from, forwarding, size, size * 1000));
  }

  private Arbitrary<TokenRules> tokenRules() {
    return Combinators.combine(
            words(),
            words().list().ofMaxSize(3),
            Arbitraries.of(StringMatcher.prefix("p"), StringMatcher.exact("e")).injectNull(0.5),
            durations(),
            Arbitraries.of(true, false),
            durations().injectNull(0.5))
        .as((issuer, audiences, subjects, skew, required, lifetime) ->
            new TokenRules(
                issuer, audiences, subjects, JwtAlgorithm.ALL, skew, required, lifetime));
  }

  private Arbitrary<JwksSource> sources() {
    Arbitrary<JwksSource> remote =
        Combinators.combine(
                durations(),
                durations(),
                Combinators.combine(Arbitraries.of(true, false), durations())
                    .as(JwksSource.Ahead::new)
                    .injectNull(0.5))
            .as((timeout, lifetime, ahead) ->
                new JwksSource.Remote("https://e/k", "c", timeout, lifetime, ahead));
    return Arbitraries.oneOf(Arbitraries.just(new JwksSource.Inline(SET)), remote);
  }

  private Arbitrary<TokenLocations> locations() {
    Arbitrary<TokenLocations.Header> headers =
        Combinators.combine(Arbitraries.of("x-a", "authorization"), words())
            .as(TokenLocations.Header::new);
    return Combinators.combine(
            headers.list().ofMaxSize(2), words().list().ofMaxSize(2), words().list().ofMaxSize(2))
        .as(TokenLocations::new);
  }

  private Arbitrary<TokenForwarding> forwardings() {
    return Combinators.combine(
            Arbitraries.of(true, false),
            Arbitraries.of("", "x-payload"),
            words(),
            words().list().ofMaxSize(2),
            Arbitraries.of("x-c", "x-d"))
        .as((flag, header, name, names, claimHeader) ->
            new TokenForwarding(
                flag,
                header,
                flag,
                name,
                names,
                name,
                name,
                List.of(new TokenForwarding.ClaimHeader(claimHeader, "a.b")),
                !flag));
  }

  private static Arbitrary<String> words() {
    return Arbitraries.strings().alpha().ofMaxLength(5);
  }

  private static Arbitrary<Duration> durations() {
    return Arbitraries.integers().between(1, 1_000_000).map(Duration::ofSeconds);
  }
}

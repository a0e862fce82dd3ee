package dev.weft.policy.istio.compile;

import dev.weft.policy.identity.TrustDomain;
import dev.weft.policy.istio.AuthorizationPolicy.Term;
import io.envoyproxy.envoy.config.rbac.v3.Principal;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import io.envoyproxy.envoy.type.matcher.v3.ValueMatcher;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Who asks, as Envoy's principals. */
final class Sources {
  private static final String SPIFFE = "spiffe://";

  /** An Envoy takes patterns of about a hundred characters, unless its runtime says otherwise. */
  private static final int LONGEST_IN_PATTERN = 50;

  private static final Pattern NESTED = Pattern.compile("\\[([^\\[\\]]*)\\]");

  private final String namespace;
  private final Names names;

  /**
   * @param namespace the policy's, which a service account without one is of
   */
  Sources(String namespace, TrustDomain trustDomain) {
    this.namespace = namespace;
    this.names = new Names(trustDomain.name());
  }

  /** All of these terms. */
  Principal all(List<Term> terms) {
    List<Principal> and = new ArrayList<>();
    for (Term term : terms) {
      if (!term.values().isEmpty()) {
        and.add(any(term, term.values()));
      }
      if (!term.notValues().isEmpty()) {
        and.add(Principal.newBuilder().setNotId(any(term, term.notValues())).build());
      }
    }
    if (and.isEmpty()) {
      and.add(anybody());
    }
    return Principal.newBuilder().setAndIds(set(and)).build();
  }

  private Principal any(Term term, List<String> values) {
    return switch (term.attribute()) {
      case PRINCIPAL ->
          or(values.stream().flatMap(value -> names.principals(value).stream()).map(Sources::peer));
      case TRUST_DOMAIN ->
          or(
              values.stream()
                  .flatMap(value -> names.trustDomains(value).stream())
                  .map(value -> peer(domain(value))));
      case NAMESPACE -> or(values.stream().map(value -> peer(namespace(value))));
      case SERVICE_ACCOUNT -> or(values.stream().map(this::serviceAccount));
      case SOURCE_IP ->
          or(
              values.stream()
                  .map(value ->
                      Principal.newBuilder().setDirectRemoteIp(Matchers.range(value)).build()));
      case REMOTE_IP ->
          or(
              values.stream()
                  .map(value -> Principal.newBuilder().setRemoteIp(Matchers.range(value)).build()));
      case HEADER -> {
        String name = inBrackets(term);
        yield or(
            values.stream()
                .map(value ->
                    Principal.newBuilder().setHeader(Matchers.header(name, value, false)).build()));
      }
      case REQUEST_PRINCIPAL -> or(values.stream().map(Sources::requestPrincipal));
      case AUDIENCE -> claim(List.of("aud"), values);
      case PRESENTER -> claim(List.of("azp"), values);
      case CLAIM -> claim(claims(term), values);
      case HOST, METHOD, PATH, PORT, DESTINATION_IP, SERVER_NAME, FILTER_METADATA ->
          throw new IllegalArgumentException(term.attribute() + " says what is asked for");
    };
  }

  private static StringMatcher namespace(String value) {
    String pattern =
        Arrays.stream(value.split("\\*", -1))
            .map(Matchers::quoted)
            .collect(Collectors.joining(".*"));
    return Matchers.regex(".*/ns/" + pattern + "/.*");
  }

  private Principal serviceAccount(String value) {
    int slash = value.indexOf('/');
    String of = slash < 0 ? namespace : value.substring(0, slash);
    String account = value.substring(slash + 1);
    if (of.length() + account.length() > LONGEST_IN_PATTERN) {
      return longServiceAccount("/ns/" + of + "/", "/sa/" + account);
    }
    return peer(
        Matchers.regex(
            SPIFFE
                + ".+/ns/"
                + Matchers.quoted(of)
                + "/(.+/|)sa/"
                + Matchers.quoted(account)
                + "(/.+)?"));
  }

  /** The same without a pattern, which an Envoy would refuse for its size. */
  private static Principal longServiceAccount(String namespace, String account) {
    Principal named =
        or(Stream.of(peer(Matchers.suffix(account)), peer(Matchers.contains(account + "/"))));
    return Principal.newBuilder()
        .setAndIds(
            set(List.of(peer(Matchers.prefix(SPIFFE)), peer(Matchers.contains(namespace)), named)))
        .build();
  }

  private static StringMatcher domain(String value) {
    if (value.equals("*")) {
      return Matchers.prefix(SPIFFE);
    }
    int star = value.indexOf('*');
    return star < 0
        ? Matchers.prefix(SPIFFE + value + "/")
        : Matchers.regex(
            SPIFFE
                + Matchers.quoted(value.substring(0, star))
                + "[^/]*"
                + Matchers.quoted(value.substring(star + 1))
                + "/.*");
  }

  /** {@code <issuer>/<subject>}; the issuer may have slashes of its own. */
  private static Principal requestPrincipal(String value) {
    int slash = value.lastIndexOf('/');
    String issuer = slash < 0 ? value : value.substring(0, slash);
    String subject = slash < 0 ? "" : value.substring(slash + 1);
    StringMatcher issuers = Matchers.exact(issuer);
    StringMatcher subjects = Matchers.exact(subject);
    if (value.equals("*")) {
      issuers = Matchers.something();
      subjects = Matchers.something();
    } else if (value.startsWith("*") && slash < 0) {
      issuers = Matchers.something();
      subjects = Matchers.suffix(value.substring(1));
    } else if (value.startsWith("*")) {
      issuers = issuer.equals("*") ? Matchers.something() : Matchers.suffix(issuer.substring(1));
    } else if (value.endsWith("*") && slash < 0) {
      issuers = Matchers.prefix(value.substring(0, value.length() - 1));
      subjects = Matchers.something();
    } else if (value.endsWith("*")) {
      subjects =
          subject.equals("*")
              ? Matchers.something()
              : Matchers.prefix(subject.substring(0, subject.length() - 1));
    }
    return Principal.newBuilder()
        .setAndIds(
            set(
                List.of(
                    payload(List.of("iss"), Matchers.text(issuers)),
                    payload(List.of("sub"), Matchers.text(subjects)))))
        .build();
  }

  /** A claim that is one of these texts, or a list with one of them. */
  private static Principal claim(List<String> path, List<String> values) {
    ValueMatcher one =
        Matchers.oneOf(
            values.stream().map(value -> Matchers.text(Matchers.pattern(value))).toList());
    return payload(path, Matchers.oneOf(List.of(Matchers.listed(one), one)));
  }

  private static Principal payload(List<String> path, ValueMatcher value) {
    List<String> whole = new ArrayList<>();
    whole.add(TokenFilter.PAYLOAD);
    whole.addAll(path);
    return Principal.newBuilder()
        .setSourcedMetadata(Matchers.metadata(TokenFilter.NAME, whole, value))
        .build();
  }

  /** {@code [a][b]}: claim b of claim a. */
  private static List<String> claims(Term term) {
    String brackets = term.brackets();
    List<String> claims = new ArrayList<>();
    Matcher matcher = NESTED.matcher(brackets);
    int end = 0;
    while (end < brackets.length() && matcher.find(end) && matcher.start() == end) {
      claims.add(matcher.group(1));
      end = matcher.end();
    }
    return end == brackets.length() ? claims : List.of(inBrackets(term));
  }

  private static String inBrackets(Term term) {
    return term.brackets().substring(1, term.brackets().length() - 1);
  }

  private static Principal peer(StringMatcher name) {
    return Principal.newBuilder()
        .setAuthenticated(Principal.Authenticated.newBuilder().setPrincipalName(name))
        .build();
  }

  static Principal anybody() {
    return Principal.newBuilder().setAny(true).build();
  }

  static Principal nobody() {
    return Principal.newBuilder().setNotId(anybody()).build();
  }

  private static Principal or(Stream<Principal> principals) {
    return Principal.newBuilder().setOrIds(set(principals.toList())).build();
  }

  private static Principal.Set set(List<Principal> principals) {
    return Principal.Set.newBuilder().addAllIds(principals).build();
  }
}

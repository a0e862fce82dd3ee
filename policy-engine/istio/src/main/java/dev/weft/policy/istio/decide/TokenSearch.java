package dev.weft.policy.istio.decide;

import dev.weft.policy.istio.decide.FoundToken.Place;
import dev.weft.policy.jwt.Issuers;
import dev.weft.policy.jwt.JwtProvider;
import dev.weft.policy.jwt.TokenForwarding;
import dev.weft.policy.jwt.TokenLocations;
import dev.weft.policy.match.CookieString;
import dev.weft.policy.match.QueryString;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Looks for tokens of one or several providers, in the sidecar's order: headers, parameters,
 * cookies, each by name. Immutable.
 */
final class TokenSearch {
  private final Map<String, TokenLocations.Header> headers = new TreeMap<>();
  private final Map<String, Set<String>> headerIssuers = new TreeMap<>();
  private final Map<String, Set<String>> params = new TreeMap<>();
  private final Map<String, Set<String>> cookies = new TreeMap<>();
  private final Set<String> written = new LinkedHashSet<>();

  TokenSearch(Collection<JwtProvider> providers) {
    for (JwtProvider provider : providers) {
      String issuer = provider.rules().issuer();
      TokenLocations from = provider.from().orUsual();
      for (TokenLocations.Header header : from.headers()) {
        headers.put(header.name() + header.prefix(), header);
        add(headerIssuers, header.name() + header.prefix(), issuer);
      }
      from.params().forEach(name -> add(params, name, issuer));
      from.cookies().forEach(name -> add(cookies, name, issuer));
      if (!provider.forwarding().payloadHeader().isEmpty()) {
        written.add(provider.forwarding().payloadHeader());
      }
      provider.forwarding().claimHeaders().stream()
          .map(TokenForwarding.ClaimHeader::header)
          .forEach(written::add);
    }
  }

  private static void add(Map<String, Set<String>> to, String name, String issuer) {
    to.computeIfAbsent(name, _ -> new LinkedHashSet<>()).add(issuer);
  }

  /** All tokens; what only a verified one may write is taken away first. */
  List<FoundToken> find(SampleRequest request) {
    written.forEach(request::remove);
    List<FoundToken> found = new ArrayList<>();
    headers.forEach((key, at) -> {
      Issuers from = new Issuers(headerIssuers.getOrDefault(key, Set.of()));
      request.headers().stream()
          .filter(header -> header.name().equals(at.name()))
          .filter(header -> header.value().contains(at.prefix()))
          .forEach(header ->
              found.add(
                  new FoundToken(
                      behind(header.value(), at.prefix()), from, new Place.Header(at.name()))));
    });
    params.forEach((name, issuers) -> {
      String value = QueryString.firstDecoded(request.path(), name);
      if (value != null) {
        found.add(new FoundToken(value, new Issuers(issuers), new Place.Param(name)));
      }
    });
    cookies.forEach((name, issuers) -> {
      String value = cookie(request, name);
      if (value != null) {
        found.add(new FoundToken(value, new Issuers(issuers), new Place.Cookie()));
      }
    });
    return found;
  }

  /** From the first character that a token may hold; the whole value where there is none. */
  private static String behind(String value, String prefix) {
    if (prefix.isEmpty()) {
      return value;
    }
    for (int i = value.indexOf(prefix) + prefix.length(); i < value.length(); i++) {
      char c = value.charAt(i);
      boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
      if (letter || c == '-' || c == '_' || c == '.') {
        return value.substring(i);
      }
    }
    return value;
  }

  private static @Nullable String cookie(SampleRequest request, String name) {
    for (Question.Header header : request.headers()) {
      if (header.name().equals("cookie")) {
        String value = CookieString.first(header.value(), name);
        if (value != null) {
          return value;
        }
      }
    }
    return null;
  }
}

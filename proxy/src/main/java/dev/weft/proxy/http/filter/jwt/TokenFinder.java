package dev.weft.proxy.http.filter.jwt;

import dev.weft.policy.jwt.Issuers;
import dev.weft.policy.jwt.JwtProvider;
import dev.weft.policy.jwt.JwtToken;
import dev.weft.policy.jwt.TokenForwarding.ClaimHeader;
import dev.weft.policy.jwt.TokenLocations;
import dev.weft.policy.match.QueryString;
import dev.weft.proxy.http.HeaderList;
import dev.weft.proxy.http.RequestHead;
import dev.weft.proxy.http.filter.jwt.FoundToken.Place;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Looks for tokens of one or several providers. Headers come first, then parameters, then cookies,
 * each in the order of their names: Envoy's order, by which the last found is judged first.
 * Immutable.
 */
final class TokenFinder {
  /** The header that is one value however often it is sent, as Envoy's headers have it. */
  private static final String JOINED = "authorization";

  private final List<HeaderPlace> headers;
  private final Map<String, Issuers> params;
  private final Map<String, Issuers> cookies;
  private final List<String> written;

  private record HeaderPlace(TokenLocations.Header at, Issuers from) {}

  TokenFinder(Collection<JwtProvider> providers) {
    Map<String, TokenLocations.Header> byKey = new TreeMap<>();
    Map<String, Set<String>> headerIssuers = new TreeMap<>();
    Map<String, Set<String>> paramIssuers = new TreeMap<>();
    Map<String, Set<String>> cookieIssuers = new TreeMap<>();
    Set<String> names = new LinkedHashSet<>();
    for (JwtProvider provider : providers) {
      String issuer = provider.rules().issuer();
      TokenLocations from = provider.from().orUsual();
      for (TokenLocations.Header header : from.headers()) {
        byKey.put(header.name() + header.prefix(), header);
        add(headerIssuers, header.name() + header.prefix(), issuer);
      }
      from.params().forEach(name -> add(paramIssuers, name, issuer));
      from.cookies().forEach(name -> add(cookieIssuers, name, issuer));
      if (!provider.forwarding().payloadHeader().isEmpty()) {
        names.add(provider.forwarding().payloadHeader());
      }
      for (ClaimHeader claim : provider.forwarding().claimHeaders()) {
        names.add(claim.header());
      }
    }
    List<HeaderPlace> places = new ArrayList<>();
    headerIssuers.forEach((key, issuers) -> {
      TokenLocations.Header at = byKey.get(key);
      if (at != null) {
        places.add(new HeaderPlace(at, new Issuers(issuers)));
      }
    });
    headers = List.copyOf(places);
    params = issuers(paramIssuers);
    cookies = issuers(cookieIssuers);
    written = List.copyOf(names);
  }

  private static void add(Map<String, Set<String>> to, String name, String issuer) {
    to.computeIfAbsent(name, key -> new LinkedHashSet<>()).add(issuer);
  }

  private static Map<String, Issuers> issuers(Map<String, Set<String>> names) {
    Map<String, Issuers> issuers = new TreeMap<>();
    names.forEach((name, all) -> issuers.put(name, new Issuers(all)));
    return issuers;
  }

  /** Takes away what only a verified token may write. */
  void clean(HeaderList sent) {
    for (int i = 0; i < written.size(); i++) {
      sent.remove(written.get(i));
    }
  }

  /** All tokens, those that are no such thing included. */
  List<FoundToken> find(RequestHead head) {
    List<FoundToken> found = new ArrayList<>(1);
    for (int i = 0; i < headers.size(); i++) {
      inHeader(headers.get(i), head.headers(), found);
    }
    if (!params.isEmpty() && head.path().indexOf('?') >= 0) {
      params.forEach((name, from) -> {
        String value = QueryString.firstDecoded(head.path(), name);
        if (value != null) {
          found.add(new FoundToken(new JwtToken(value), from, new Place.Param(name)));
        }
      });
    }
    if (!cookies.isEmpty()) {
      cookies.forEach((name, from) -> {
        String value = head.headers().cookie(name);
        if (value != null) {
          found.add(new FoundToken(new JwtToken(value), from, new Place.Cookie()));
        }
      });
    }
    return found;
  }

  private static void inHeader(HeaderPlace place, HeaderList sent, List<FoundToken> found) {
    String one = null;
    for (int i = 0; i < sent.size(); i++) {
      if (sent.name(i).equals(place.at.name())) {
        String value = sent.value(i);
        if (!JOINED.equals(place.at.name())) {
          inValue(place, value, found);
        } else {
          one = one == null ? value : one + "," + value;
        }
      }
    }
    if (one != null) {
      inValue(place, one, found);
    }
  }

  private static void inValue(HeaderPlace place, String value, List<FoundToken> found) {
    String prefix = place.at.prefix();
    int at = value.indexOf(prefix);
    if (at >= 0) {
      String text = prefix.isEmpty() ? value : token(value, at + prefix.length());
      found.add(new FoundToken(new JwtToken(text), place.from, new Place.Header(place.at.name())));
    }
  }

  /** From the first character that a token may hold; the whole value where there is none. */
  private static String token(String value, int from) {
    for (int i = from; i < value.length(); i++) {
      char c = value.charAt(i);
      if ((c >= 'a' && c <= 'z')
          || (c >= 'A' && c <= 'Z')
          || (c >= '0' && c <= '9')
          || c == '-'
          || c == '_'
          || c == '.') {
        return value.substring(i);
      }
    }
    return value;
  }
}

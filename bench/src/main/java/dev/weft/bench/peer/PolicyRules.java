package dev.weft.bench.peer;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * What a server's proxy asks of requests in {@link Topology#POLICY}: a token, and one of {@value
 * #RULES} rules, as the agent compiles them of policies with source, path, methods and a claim. The
 * requests match the rule in the middle.
 */
public final class PolicyRules {
  /** How many rules. */
  static final int RULES = 100;

  /** Below it is what the token of {@link #token} may ask for. */
  public static final String PATH = path(RULES / 2);

  /** No rule is about it. */
  public static final String NOBODYS_PATH = path(RULES);

  private static final String ISSUER = "https://issuer.example/realms/shop";
  private static final String AUDIENCE = "shop";
  private static final List<String> ACCOUNTS = List.of("web", "reports", "orders", "batch");

  private PolicyRules() {}

  private static String path(int number) {
    return "/api/v1/service-" + padded(number);
  }

  /**
   * The order of their names is that of their numbers, since rules are looked at by their names.
   */
  private static String padded(int number) {
    return String.format(Locale.ROOT, "%03d", number);
  }

  /** A token that is taken, of somebody in the groups that the matching rule wants. */
  public static String token(TokenIssuer issuer) {
    return issuer.token(claims("team-" + padded(RULES / 2)));
  }

  /** A token that is taken, of somebody in no such group. */
  public static String strangersToken(TokenIssuer issuer) {
    return issuer.token(claims("guests"));
  }

  private static String claims(String group) {
    return String.format(
        Locale.ROOT,
        "{\"iss\":\"%s\",\"sub\":\"7b1f0a52-4f0e-4b6b-9a0e-0c1f6f2a4c11\",\"aud\":[\"%s\",\"account\"],"
            + "\"exp\":4102444800,\"iat\":1700000000,\"jti\":\"b0b7c3d2-7c77-4d2a-8a44-5f0f1f0f9b7e\","
            + "\"azp\":\"web\",\"scope\":\"openid profile email\",\"groups\":[\"everybody\",\"%s\"],"
            + "\"realm_access\":{\"roles\":[\"user\",\"buyer\",\"offline_access\"]},"
            + "\"email\":\"somebody@example.com\",\"name\":\"Some Body\"}",
        ISSUER,
        AUDIENCE,
        group);
  }

  /** The HTTP filters in front of the router, JSON. */
  static String filters(String keys) throws IOException {
    String rule = Templates.read("policy-rule.json");
    String rules =
        String.join(
            ",\n",
            IntStream.range(0, RULES)
                .mapToObj(number ->
                    rule.replace("$NUMBER", padded(number))
                        .replace("$ACCOUNT", ACCOUNTS.get(number % ACCOUNTS.size())))
                .toList());
    return Templates.fill(
        "policy-filters.json",
        Map.of(
            "ISSUER", ISSUER,
            "AUDIENCE", AUDIENCE,
            "KEYS", keys.replace("\"", "\\\""),
            "RULES", rules));
  }
}

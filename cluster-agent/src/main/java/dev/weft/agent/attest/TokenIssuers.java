package dev.weft.agent.attest;

import dev.weft.agent.attest.TokenIssuer.Keys;
import dev.weft.agent.attest.TokenIssuer.Mapping;
import dev.weft.agent.attest.TokenIssuer.Source;
import dev.weft.agent.model.NodeAnnouncement.Role;
import dev.weft.policy.document.Problem;
import dev.weft.policy.document.Validated;
import dev.weft.policy.identity.DnsLabel;
import dev.weft.policy.identity.SpiffeId;
import dev.weft.policy.identity.TrustDomain;
import dev.weft.policy.jwt.Jwks;
import dev.weft.policy.jwt.JwksReading;
import dev.weft.policy.jwt.Jwt;
import dev.weft.policy.jwt.JwtAlgorithm;
import dev.weft.policy.jwt.JwtParser;
import dev.weft.policy.jwt.JwtRefusal;
import dev.weft.policy.jwt.JwtResult;
import dev.weft.policy.jwt.JwtToken;
import dev.weft.policy.jwt.JwtVerifier;
import dev.weft.policy.jwt.ParsedJwt;
import dev.weft.policy.jwt.TokenRules;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Who the bearer of a token of a configured issuer may become: Kubernetes' service-account tokens,
 * and those of any OpenID Connect issuer. Verified here, by the issuer's keys in a file or fetched
 * from its server. Files are read at each use, so what is in them counts at once; what is fetched
 * is kept. Where the issuer says so, its API server is asked about each token as well. Thread-safe;
 * blocks on the disk, on the first fetch of an issuer's keys and on reviews. No token is kept or
 * logged.
 */
public final class TokenIssuers implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(TokenIssuers.class);
  private static final int LARGEST_DOCUMENT = 256 * 1024;
  private static final Pattern SERVICE_ACCOUNT =
      Pattern.compile("system:serviceaccount:([^:]{1,253}):([^:]{1,253})");

  private final Optional<Path> file;
  private final TrustDomain trustDomain;
  private final InstantSource clock;
  private final FetchedKeys fetched;
  private final TokenReviews reviews = new TokenReviews();

  /** What {@link #attest} says. */
  public sealed interface Answer {}

  /** The bearer may become this. */
  public record Attested(Attestation attestation) implements Answer {}

  /**
   * The token is not taken.
   *
   * @param why for the bearer; holds nothing of the token
   */
  public record BadToken(String why) implements Answer {}

  /**
   * The token is genuine and names somebody, and its issuer does not take it any more.
   *
   * @param why for the bearer
   */
  public record Disowned(String why) implements Answer {}

  /**
   * Whether the token is to be taken cannot be found out now: another attempt may succeed.
   *
   * @param why for the bearer
   */
  public record NotJudged(String why) implements Answer {}

  /**
   * The token is genuine, and nobody may become anything by it.
   *
   * @param why for the bearer
   */
  public record NotMapped(String why) implements Answer {}

  /**
   * @param file says whose tokens enrol whom; empty: nobody's
   * @param executor of one thread, on which keys are fetched; its own from now on
   * @param random for jitter
   */
  public TokenIssuers(
      Optional<Path> file,
      TrustDomain trustDomain,
      InstantSource clock,
      ScheduledExecutorService executor,
      RandomGenerator random) {
    this(file, trustDomain, clock, new FetchedKeys(FetchedKeys.USUAL, executor, random));
  }

  TokenIssuers(
      Optional<Path> file, TrustDomain trustDomain, InstantSource clock, FetchedKeys fetched) {
    this.file = file;
    this.trustDomain = trustDomain;
    this.clock = clock;
    this.fetched = fetched;
  }

  @Override
  public void close() {
    fetched.close();
  }

  /** Whether this has the form of an issuer's token, other than a join token. */
  public static boolean isOne(String token) {
    return token.chars().filter(c -> c == '.').count() == 2;
  }

  /**
   * What is wrong with the file, each with its field, or with the files of keys; empty: nothing.
   * Keys that are fetched are asked for, and not waited for.
   */
  public List<String> problems() {
    try {
      for (TokenIssuer issuer : issuers()) {
        if (issuer.keys() instanceof Keys.InFile(String path)) {
          read(path);
        }
      }
      return List.of();
    } catch (IOException e) {
      return List.of(String.valueOf(e.getMessage()));
    }
  }

  /** Judges a token; the first issuer whose claims are there counts. */
  public Answer attest(String token) {
    List<TokenIssuer> configured;
    try {
      configured = issuers();
    } catch (IOException e) {
      LOG.errorf("no issuer's token can be taken: %s", e.getMessage());
      return new NotJudged("the configuration of issuers cannot be used");
    }
    if (!(JwtParser.parse(token) instanceof ParsedJwt.Sound parsed)) {
      return new BadToken("not a signed JSON Web Token");
    }
    Answer last = new BadToken("its issuer is not configured");
    for (TokenIssuer issuer : configured) {
      if (issuer.issuer().equals(parsed.jwt().issuer())) {
        Answer answer = attest(issuer, token);
        if (answer instanceof Attested) {
          return answer;
        }
        last = weight(answer) < weight(last) ? last : answer;
      }
    }
    return last;
  }

  /** Of several issuers' answers the one that most can be done about is told. */
  private static int weight(Answer answer) {
    return switch (answer) {
      case BadToken _ -> 0;
      case NotMapped _ -> 1;
      case Disowned _ -> 2;
      case NotJudged _ -> 3;
      case Attested _ -> 4;
    };
  }

  private Answer attest(TokenIssuer issuer, String token) {
    Optional<Jwks> keys;
    try {
      keys =
          switch (issuer.keys()) {
            case Keys.InFile(String path) -> Optional.of(read(path));
            case Keys.At at -> fetched.get(at, base());
          };
    } catch (IOException e) {
      LOG.errorf("the keys of issuer %s cannot be used: %s", issuer.name(), e.getMessage());
      return new NotJudged("the keys of its issuer cannot be used");
    }
    if (keys.isEmpty()) {
      return new NotJudged("the keys of its issuer cannot be fetched");
    }
    TokenRules rules =
        new TokenRules(
            issuer.issuer(),
            issuer.audiences(),
            null,
            JwtAlgorithm.ALL,
            TokenRules.USUAL_SKEW,
            true,
            null);
    JwtVerifier verifier = new JwtVerifier(rules, clock, 0, 0);
    JwtResult result = verifier.verify(new JwtToken(token), keys.get());
    if (issuer.keys() instanceof Keys.At at
        && result instanceof JwtResult.Refused(JwtRefusal why)
        && why == JwtRefusal.KEY_UNKNOWN) {
      // The issuer may have begun with a new key.
      Optional<Jwks> newer = fetched.newer(at, base());
      result = newer.isEmpty() ? result : verifier.verify(new JwtToken(token), newer.get());
    }
    return switch (result) {
      case JwtResult.Verified verified -> reviewed(issuer, token, verified.jwt());
      case JwtResult.Refused refused -> new BadToken(refused.why().text());
      case JwtResult.NeedsKeys _ -> new BadToken("the keys of its issuer are not there");
    };
  }

  private Answer reviewed(TokenIssuer issuer, String token, Jwt jwt) {
    Answer mapped = map(issuer, jwt);
    if (!(mapped instanceof Attested) || issuer.review().isEmpty()) {
      return mapped;
    }
    return switch (reviews.review(
        issuer.review().get(), base(), token, issuer.audiences(), jwt.subject())) {
      case TokenReviews.Verdict.Taken _ -> mapped;
      case TokenReviews.Verdict.Refused(String why) -> new Disowned(why);
      case TokenReviews.Verdict.Unknown _ ->
          new NotJudged("the API server cannot be asked about it");
    };
  }

  private Answer map(TokenIssuer issuer, Jwt jwt) {
    for (Map.Entry<String, String> claim : issuer.claims().entrySet()) {
      if (!has(jwt.claims().get(claim.getKey()), claim.getValue())) {
        return new NotMapped("the token's claim " + claim.getKey() + " is another");
      }
    }
    return switch (issuer.mapping()) {
      case Mapping.Kubernetes _ -> {
        Matcher subject = SERVICE_ACCOUNT.matcher(jwt.subject());
        yield subject.matches()
            ? attested(issuer, subject.group(1), subject.group(2))
            : new NotMapped("the token's subject is no service account");
      }
      case Mapping.Named(Source namespace, Source serviceAccount) ->
          attested(issuer, text(namespace, jwt), text(serviceAccount, jwt));
    };
  }

  private Answer attested(TokenIssuer issuer, String namespace, String serviceAccount) {
    if (!DnsLabel.matches(namespace) || !DnsLabel.matches(serviceAccount)) {
      return new NotMapped("the token names no namespace and service account of a mesh");
    }
    SpiffeId identity = new SpiffeId(trustDomain, namespace, serviceAccount);
    boolean ownPart = namespace.equals(WellKnown.NAMESPACE);
    boolean fits =
        switch (issuer.role()) {
          case SIDECAR -> !ownPart;
          case GATEWAY -> WellKnown.isGateway(identity);
        };
    if (!fits) {
      return new NotMapped(
          ownPart
              ? "the issuer may not enrol the mesh's own parts"
              : "a gateway is namespace weft-system, serviceAccount gateway");
    }
    Set<String> services =
        !issuer.services().isEmpty() || issuer.role() == Role.GATEWAY
            ? issuer.services()
            : Set.of(serviceAccount);
    return new Attested(new Attestation(identity, services, issuer.role()));
  }

  private static String text(Source source, Jwt jwt) {
    return switch (source) {
      case Source.Literal(String text) -> text;
      case Source.Claim(String name) -> jwt.claims().get(name) instanceof String text ? text : "";
    };
  }

  private static boolean has(@Nullable Object claim, String expected) {
    return switch (claim) {
      case null -> false;
      case List<?> all -> all.stream().anyMatch(one -> String.valueOf(one).equals(expected));
      case Map<?, ?> _ -> false;
      default -> String.valueOf(claim).equals(expected);
    };
  }

  private List<TokenIssuer> issuers() throws IOException {
    if (file.isEmpty()) {
      return List.of();
    }
    return switch (TokenIssuersDocument.read(bytes(file.get(), LARGEST_DOCUMENT))) {
      case Validated.Valid<TokenIssuersDocument>(TokenIssuersDocument document) -> {
        fetched.ask(document.remote(), base());
        yield document.issuers();
      }
      case Validated.Invalid<TokenIssuersDocument>(List<Problem> wrong) ->
          throw new IOException(
              file.get()
                  + ": "
                  + wrong.stream()
                      .map(problem -> problem.field() + ": " + problem.message())
                      .collect(Collectors.joining("; ")));
    };
  }

  /** Where relative paths begin. */
  private Path base() {
    Path parent = file.orElseThrow().toAbsolutePath().getParent();
    return parent == null ? Path.of("/") : parent;
  }

  private Jwks read(String path) throws IOException {
    Path keys = base().resolve(path);
    return switch (Jwks.read(bytes(keys, Jwks.MOST_BYTES))) {
      case Jwks read -> read;
      case JwksReading.Unusable(String why) -> throw new IOException(keys + ": it " + why);
    };
  }

  private static byte[] bytes(Path path, int most) throws IOException {
    try (InputStream in = Files.newInputStream(path)) {
      byte[] bytes = in.readNBytes(most + 1);
      if (bytes.length > most) {
        throw new IOException(path + ": larger than " + most + " bytes");
      }
      return bytes;
    }
  }
}

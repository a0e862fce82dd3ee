package dev.weft.agent.app;

import dev.weft.agent.model.Address;
import dev.weft.agent.model.TracingSettings;
import dev.weft.policy.identity.TrustDomain;
import dev.weft.policy.istio.PeerAuthentication.Mode;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The agent's configuration, judged. Immutable.
 *
 * @param zone empty: none
 * @param providersFile who is asked about what {@code CUSTOM} policies match; empty: nobody
 * @param staleAfter silence of a peer after which its health is unknown
 * @param tracing {@code null}: nodes do not trace
 * @param rootNamespace whose security policies are for the whole mesh
 * @param jwksRefresh how often keys of {@code RequestAuthentication}s are fetched again, 10 s to a
 *     day
 * @param mode where no {@code PeerAuthentication} says one
 * @param reasonHeader of a sidecar's 403, says why; empty: there is none
 */
public record AgentSettings(
    String mesh,
    String cluster,
    String region,
    String zone,
    Path dataDir,
    InetSocketAddress xds,
    Registry registry,
    Optional<Path> peersFile,
    Optional<Path> providersFile,
    Duration staleAfter,
    @Nullable TracingSettings tracing,
    String rootNamespace,
    Mode mode,
    String reasonHeader,
    Duration jwksRefresh,
    CaSettings ca) {

  private static final Pattern LABEL = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");
  private static final Pattern HEADER = Pattern.compile("x-[a-z0-9-]{1,62}");
  private static final String DEFAULT_SAMPLING = "1";
  private static final Pattern DURATION = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,3})?)(ms|s|m)");

  /** Where registrations come from. */
  public sealed interface Registry {
    /** The agent's own Consul-compatible API on this address. */
    record Embedded(InetSocketAddress address) implements Registry {}

    /** A Consul that is watched. */
    record Consul(URI url, Optional<Path> tokenFile) implements Registry {}
  }

  /** What {@link #read} found. */
  sealed interface Result {
    record Valid(AgentSettings settings) implements Result {}

    /**
     * Nothing can be started with this.
     *
     * @param problems each with the key that it is about
     */
    record Invalid(List<String> problems) implements Result {}
  }

  /** The trust domain of this cluster. */
  public TrustDomain trustDomain() {
    return new TrustDomain(cluster + "." + mesh);
  }

  static Result read(AgentConfig config) {
    List<String> problems = new ArrayList<>();
    String mesh = label(problems, "weft.mesh", config.mesh());
    String cluster = label(problems, "weft.cluster", config.cluster());
    String rootNamespace =
        label(problems, "weft.root-namespace", Optional.of(config.rootNamespace()));
    String reasonHeader = config.policy().reasonHeader().orElse("");
    if (!reasonHeader.isEmpty() && !HEADER.matcher(reasonHeader).matches()) {
      problems.add(
          "weft.policy.reason-header: expected a header's name in lower case that begins with x-,"
              + " found \""
              + reasonHeader
              + "\"");
    }
    Mode mode =
        valid(
            problems,
            "weft.policy.default-mtls-mode",
            config.policy().defaultMtlsMode(),
            Mode::ofMesh);
    String dataDir = config.dataDir().orElse("data");
    InetSocketAddress xds = address(problems, "weft.xds.address", config.xds().address());
    Duration staleAfter =
        valid(problems, "weft.stale-after", config.staleAfter(), AgentSettings::duration);
    Duration jwksRefresh =
        valid(
            problems,
            "weft.policy.jwks-refresh",
            config.policy().jwksRefresh(),
            AgentSettings::refresh);
    valid(problems, "weft.api.port", config.api().port(), AgentSettings::port);
    Registry registry = registry(problems, config);
    TracingSettings tracing = tracing(problems, config.tracing());
    Duration lifetime =
        valid(problems, "weft.ca.lifetime", config.ca().lifetime(), AgentSettings::duration);
    CaSettings ca =
        lifetime == null ? CaSettings.DEFAULT : CaSettings.read(problems, config.ca(), lifetime);
    if (!problems.isEmpty()
        || xds == null
        || staleAfter == null
        || jwksRefresh == null
        || registry == null
        || mode == null) {
      return new Result.Invalid(problems);
    }
    return new Result.Valid(
        new AgentSettings(
            mesh,
            cluster,
            config.region().orElse(cluster),
            config.zone().orElse(""),
            Path.of(dataDir).toAbsolutePath(),
            xds,
            registry,
            config.peersFile().map(file -> Path.of(file).toAbsolutePath()),
            config.providersFile().map(file -> Path.of(file).toAbsolutePath()),
            staleAfter,
            tracing,
            rootNamespace,
            mode,
            reasonHeader,
            jwksRefresh,
            ca));
  }

  private static @Nullable Registry registry(List<String> problems, AgentConfig config) {
    String source = config.registry().source();
    return switch (source) {
      case "embedded" -> {
        InetSocketAddress address =
            address(problems, "weft.registry.address", config.registry().address());
        yield address == null ? null : new Registry.Embedded(address);
      }
      case "consul" -> {
        String text = config.consul().url().orElse("http://127.0.0.1:8500");
        URI url = valid(problems, "weft.consul.url", text, AgentSettings::url);
        Optional<Path> token =
            config.consul().tokenFile().map(file -> Path.of(file).toAbsolutePath());
        yield url == null ? null : new Registry.Consul(url, token);
      }
      default -> {
        problems.add(
            "weft.registry.source: expected \"embedded\" or \"consul\", found \"" + source + "\"");
        yield null;
      }
    };
  }

  private static @Nullable TracingSettings tracing(
      List<String> problems, AgentConfig.Tracing config) {
    if (config.sampling().isEmpty() && config.otlp().isEmpty()) {
      return null;
    }
    Double percent =
        valid(
            problems,
            "weft.tracing.sampling",
            config.sampling().orElse(DEFAULT_SAMPLING),
            AgentSettings::percent);
    // Nodes look it up, not the agent.
    String collector =
        config.otlp().isEmpty()
            ? ""
            : valid(
                problems,
                "weft.tracing.otlp",
                config.otlp().get(),
                text -> Address.parse(text).toString());
    return percent == null || collector == null ? null : new TracingSettings(percent, collector);
  }

  private static Double percent(String text) {
    if (!text.matches("\\d{1,3}(\\.\\d{1,4})?") || Double.parseDouble(text) > 100) {
      throw new IllegalArgumentException("expected 0 to 100 percent, found \"" + text + "\"");
    }
    return Double.valueOf(text);
  }

  private static String label(List<String> problems, String key, Optional<String> value) {
    if (value.isEmpty()) {
      problems.add(key + ": missing");
    } else if (!LABEL.matcher(value.get()).matches()) {
      problems.add(key + ": expected a DNS label in lower case, found \"" + value.get() + "\"");
    }
    return value.orElse("");
  }

  private static @Nullable InetSocketAddress address(
      List<String> problems, String key, String value) {
    return valid(problems, key, value, AgentSettings::bindAddress);
  }

  private static <T> @Nullable T valid(
      List<String> problems, String key, String value, Function<String, T> parse) {
    try {
      return parse.apply(value);
    } catch (IllegalArgumentException | DateTimeParseException e) {
      problems.add(key + ": " + e.getMessage());
      return null;
    }
  }

  /** Like {@link Address}, but port 0 means a free one. A host name is looked up now. */
  private static InetSocketAddress bindAddress(String text) {
    boolean free = text.endsWith(":0");
    Address address = Address.parse(free ? text.substring(0, text.length() - 1) + "1" : text);
    InetSocketAddress found = new InetSocketAddress(address.host(), free ? 0 : address.port());
    if (found.isUnresolved()) {
      throw new IllegalArgumentException("host \"" + address.host() + "\" cannot be looked up");
    }
    return found;
  }

  private static URI url(String text) {
    URI url = URI.create(text);
    String scheme = url.getScheme() == null ? "" : url.getScheme().toLowerCase(Locale.ROOT);
    if (!(scheme.equals("http") || scheme.equals("https")) || url.getHost() == null) {
      throw new IllegalArgumentException("expected http://host:port, found \"" + text + "\"");
    }
    return url;
  }

  private static Integer port(String text) {
    int port = text.matches("\\d{1,5}") ? Integer.parseInt(text) : -1;
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException("expected a port, found \"" + text + "\"");
    }
    return port;
  }

  private static Duration refresh(String text) {
    Duration refresh = duration(text);
    if (refresh.compareTo(Duration.ofSeconds(10)) < 0
        || refresh.compareTo(Duration.ofDays(1)) > 0) {
      throw new IllegalArgumentException("expected 10s to 1440m, found \"" + text + "\"");
    }
    return refresh;
  }

  private static Duration duration(String text) {
    Matcher matcher = DURATION.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "expected a duration such as 250ms, 1.5s or 2m, found \"" + text + "\"");
    }
    double unit =
        switch (matcher.group(2)) {
          case "ms" -> 1;
          case "s" -> 1_000;
          default -> 60_000;
        };
    Duration duration = Duration.ofMillis(Math.round(Double.parseDouble(matcher.group(1)) * unit));
    if (duration.isZero()) {
      throw new IllegalArgumentException("expected more than 0, found \"" + text + "\"");
    }
    return duration;
  }
}

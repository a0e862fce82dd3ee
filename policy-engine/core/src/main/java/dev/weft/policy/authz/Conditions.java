package dev.weft.policy.authz;

import dev.weft.policy.authz.Key.Fact;
import dev.weft.policy.match.HeaderMatcher;
import dev.weft.policy.match.MetadataMatcher;
import dev.weft.policy.match.RegexLiterals;
import dev.weft.policy.match.StringMatcher;
import dev.weft.policy.match.ValueMatcher;
import dev.weft.policy.match.index.TextIndex.Part;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Finds the best condition of a rule: a list of keys of which one has to be there for the rule to
 * match. Of parts that all have to match, the part with the rarest keys gives it.
 */
final class Conditions {
  private static final int SHORTEST_WITHIN = 3;

  /** How often a key is there: the fewer, the better. */
  private final ToIntFunction<Key> shared;

  private final Consumer<Key> seen;

  /**
   * @param shared how often a key is there
   * @param seen told of each key, also of those that are not chosen
   */
  Conditions(ToIntFunction<Key> shared, Consumer<Key> seen) {
    this.shared = shared;
    this.seen = seen;
  }

  private List<Key> one(Key key) {
    seen.accept(key);
    return List.of(key);
  }

  /** One of them has to be there; {@code null}: the rule may match whatever is there. */
  @Nullable List<Key> of(Rule rule) {
    return better(
        any(rule.permissions(), this::permission), any(rule.principals(), this::principal));
  }

  private @Nullable List<Key> permission(Permission permission) {
    return switch (permission) {
      case Permission.Any any -> null;
      case Permission.DestinationIp(var range) -> one(new Key.Range(Key.Side.DESTINATION, range));
      case Permission.DestinationPort(int port) -> one(new Key.Port(port));
      case Permission.DestinationPortRange range -> null;
      case Permission.ServerName(var matcher) -> text(new Fact.ServerName(), matcher);
      case Permission.Header(var matcher) -> header(matcher);
      case Permission.UrlPath(var matcher) -> text(new Fact.Path(), matcher);
      case Permission.UriTemplate(var template) -> one(new Key.Template(template));
      case Permission.Said(var matcher) -> said(matcher);
      case Permission.And(var all) -> best(all, this::permission);
      case Permission.Or(var any) -> any(any, this::permission);
      case Permission.Not not -> null;
    };
  }

  private @Nullable List<Key> principal(Principal principal) {
    return switch (principal) {
      case Principal.Any any -> null;
      case Principal.Authenticated(var name) -> name == null ? null : text(new Fact.Peer(), name);
      case Principal.Address(var end, var range) ->
          one(
              new Key.Range(
                  switch (end) {
                    case SOURCE -> Key.Side.SOURCE;
                    case DIRECT -> Key.Side.DIRECT;
                    case REMOTE -> Key.Side.REMOTE;
                  },
                  range));
      case Principal.Header(var matcher) -> header(matcher);
      case Principal.UrlPath(var matcher) -> text(new Fact.Path(), matcher);
      case Principal.Said(var matcher) -> said(matcher);
      case Principal.And(var all) -> best(all, this::principal);
      case Principal.Or(var any) -> any(any, this::principal);
      case Principal.Not not -> null;
    };
  }

  private <T> @Nullable List<Key> best(List<T> all, Function<T, @Nullable List<Key>> of) {
    List<Key> best = null;
    for (T part : all) {
      best = better(best, of.apply(part));
    }
    return best;
  }

  private static <T> @Nullable List<Key> any(List<T> any, Function<T, @Nullable List<Key>> of) {
    List<Key> keys = new ArrayList<>();
    for (T part : any) {
      List<Key> own = of.apply(part);
      if (own == null) {
        return null;
      }
      keys.addAll(own);
    }
    return keys;
  }

  private @Nullable List<Key> better(@Nullable List<Key> one, @Nullable List<Key> other) {
    if (one == null || other == null) {
      return one == null ? other : one;
    }
    return cost(other) < cost(one) ? other : one;
  }

  private long cost(List<Key> keys) {
    long cost = 0;
    for (Key key : keys) {
      cost += Math.max(1, shared.applyAsInt(key));
    }
    return cost;
  }

  private @Nullable List<Key> header(HeaderMatcher matcher) {
    StringMatcher value = matcher.value();
    boolean unneeded =
        value == null || matcher.invert() || (matcher.missingAsEmpty() && value.matches(""));
    return unneeded ? null : text(new Fact.Header(matcher.name()), Objects.requireNonNull(value));
  }

  private @Nullable List<Key> said(MetadataMatcher matcher) {
    return matcher.invert() ? null : value(new Fact.Said(matcher), matcher.value(), true);
  }

  private @Nullable List<Key> value(Fact fact, ValueMatcher matcher, boolean lists) {
    return switch (matcher) {
      case ValueMatcher.Text(var text) -> text(fact, text);
      case ValueMatcher.OneOf(var element) -> lists ? value(fact, element, false) : null;
      case ValueMatcher.Or(var any) -> any(any, one -> value(fact, one, lists));
      case ValueMatcher.Null none -> null;
      case ValueMatcher.Range range -> null;
      case ValueMatcher.Equal number -> null;
      case ValueMatcher.Bool bool -> null;
      case ValueMatcher.Present present -> null;
    };
  }

  private @Nullable List<Key> text(Fact fact, StringMatcher matcher) {
    return switch (matcher) {
      case StringMatcher.Exact(String text, boolean ignoreCase) ->
          one(new Key.Text(fact, Part.WHOLE, text));
      case StringMatcher.Prefix(String text, boolean ignoreCase) ->
          one(new Key.Text(fact, Part.BEGIN, text));
      case StringMatcher.Suffix(String text, boolean ignoreCase) ->
          one(new Key.Text(fact, Part.END, text));
      case StringMatcher.Contains(String text, boolean ignoreCase) ->
          text.length() < SHORTEST_WITHIN ? null : one(new Key.Text(fact, Part.WITHIN, text));
      case StringMatcher.Regex(var pattern, var words, var core) ->
          words.isEmpty()
              ? literals(fact, pattern.pattern())
              : any(List.copyOf(words), word -> one(new Key.Text(fact, Part.WHOLE, word)));
    };
  }

  private @Nullable List<Key> literals(Fact fact, String regex) {
    return best(
        RegexLiterals.of(regex),
        literal ->
            one(new Key.Text(fact, literal.atStart() ? Part.BEGIN : Part.WITHIN, literal.text())));
  }
}

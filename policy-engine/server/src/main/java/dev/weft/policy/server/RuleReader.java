package dev.weft.policy.server;

import dev.weft.policy.authz.Permission;
import dev.weft.policy.authz.Principal;
import dev.weft.policy.authz.RbacPolicy;
import dev.weft.policy.authz.Rule;
import dev.weft.policy.match.HeaderMatcher;
import dev.weft.policy.match.StringMatcher;
import dev.weft.policy.xds.Problems;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Turns the parsed document of a {@link PolicyFile} into rules. */
final class RuleReader {

  private RuleReader() {}

  /** {@code null} when problems were added. */
  static @Nullable RbacPolicy policy(@Nullable Object document, Problems problems) {
    Map<?, ?> file = map(document, Set.of("rules"), problems);
    List<Rule> rules = new ArrayList<>();
    Set<String> names = new HashSet<>();
    List<?> entries = list(file.get("rules"), problems.field("rules"));
    for (int i = 0; i < entries.size(); i++) {
      Problems at = problems.field("rules").item(i);
      Rule rule = rule(entries.get(i), at);
      if (rule != null && !names.add(rule.name())) {
        at.field("name").add("\"" + rule.name() + "\" is there twice");
      } else if (rule != null) {
        rules.add(rule);
      }
    }
    return problems.count() == 0 ? new RbacPolicy(RbacPolicy.Action.ALLOW, rules) : null;
  }

  private static @Nullable Rule rule(@Nullable Object entry, Problems problems) {
    int before = problems.count();
    Map<?, ?> rule = map(entry, Set.of("name", "principals", "methods", "paths"), problems);
    Object name = rule.get("name");
    if (!(name instanceof String text) || text.isEmpty()) {
      problems.field("name").add("a name is required");
      return null;
    }
    List<Principal> principals = names(rule, "principals", problems, RuleReader::principal);
    if (principals.isEmpty() && problems.count() == before) {
      problems.field("principals").add("needs at least one");
    }
    List<Permission> methods =
        names(rule, "methods", problems, method -> header(":method", StringMatcher.exact(method)));
    List<Permission> paths =
        names(rule, "paths", problems, path -> new Permission.UrlPath(pattern(path)));
    return problems.count() == before
        ? new Rule(text, List.of(both(methods, paths)), principals)
        : null;
  }

  private static Permission both(List<Permission> methods, List<Permission> paths) {
    if (methods.isEmpty() && paths.isEmpty()) {
      return new Permission.Any();
    }
    List<Permission> all = new ArrayList<>();
    if (!methods.isEmpty()) {
      all.add(new Permission.Or(methods));
    }
    if (!paths.isEmpty()) {
      all.add(new Permission.Or(paths));
    }
    return new Permission.And(all);
  }

  private static Permission header(String name, StringMatcher value) {
    return new Permission.Header(HeaderMatcher.of(name, value));
  }

  private static Principal principal(String name) {
    return new Principal.Authenticated(name.equals("*") ? null : pattern(name));
  }

  private static StringMatcher pattern(String name) {
    return name.endsWith("*")
        ? StringMatcher.prefix(name.substring(0, name.length() - 1))
        : StringMatcher.exact(name);
  }

  private static <T> List<T> names(
      Map<?, ?> rule, String key, Problems problems, Function<String, T> read) {
    if (!rule.containsKey(key)) {
      return List.of();
    }
    List<T> all = new ArrayList<>();
    List<?> entries = list(rule.get(key), problems.field(key));
    for (int i = 0; i < entries.size(); i++) {
      if (!(entries.get(i) instanceof String text) || text.isEmpty()) {
        problems.field(key).item(i).add("must be a text that is not empty");
      } else if (text.indexOf('*') >= 0 && text.indexOf('*') < text.length() - 1) {
        problems.field(key).item(i).add("* may stand at the end only");
      } else {
        all.add(read.apply(text));
      }
    }
    return all;
  }

  private static Map<?, ?> map(@Nullable Object value, Set<String> known, Problems problems) {
    if (!(value instanceof Map<?, ?> map)) {
      problems.add("must be a mapping");
      return Map.of();
    }
    for (Object key : map.keySet()) {
      if (!known.contains(String.valueOf(key))) {
        problems.field(String.valueOf(key)).add("is not known");
      }
    }
    return map;
  }

  // An empty list is a mistake too: "paths: []" could be meant as none or as any.
  private static List<?> list(@Nullable Object value, Problems problems) {
    if (!(value instanceof List<?> list) || list.isEmpty()) {
      problems.add("must be a list that is not empty");
      return List.of();
    }
    return list;
  }
}

package dev.weft.policy.istio.read;

import dev.weft.policy.document.Fields;
import dev.weft.policy.istio.Attribute;
import dev.weft.policy.match.PathTemplate;
import java.net.InetAddress;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a value of an attribute may be. */
final class Values {
  private static final int MOST_SERVICE_ACCOUNTS = 16;
  private static final int LONGEST_SERVICE_ACCOUNT = 320;

  /** No identity is longer; these become patterns, which proxies bound. */
  private static final int LONGEST_IDENTITY = 400;

  private static final int LONGEST = 4_096;

  private static final Pattern IPV4 =
      Pattern.compile("((25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)(\\.(?!$)|$)){4}");
  private static final Pattern SEGMENT = Pattern.compile("[a-zA-Z0-9-._~%!$&'()+,;:@=]+");
  private static final String ONE = "{*}";
  private static final String REST = "{**}";

  private Values() {}

  /**
   * Reads a list of them.
   *
   * @param field of {@code in}
   */
  static List<String> read(Fields in, String field, Attribute attribute) {
    List<String> values = in.texts(field);
    if (attribute == Attribute.SERVICE_ACCOUNT && values.size() > MOST_SERVICE_ACCOUNTS) {
      in.problem(
          field, "expected at most " + MOST_SERVICE_ACCOUNTS + " values, found " + values.size());
    }
    for (int i = 0; i < values.size(); i++) {
      String problem = problem(values.get(i), attribute);
      if (problem != null) {
        in.problem(field + "[" + i + "]", problem);
      }
    }
    return values;
  }

  private static @Nullable String problem(String value, Attribute attribute) {
    if (value.isEmpty()) {
      return "expected a text that is not empty";
    }
    int longest = longest(value, attribute);
    if (value.length() > longest) {
      return "expected at most " + longest + " characters";
    }
    return switch (attribute) {
      case SOURCE_IP, REMOTE_IP, DESTINATION_IP -> block(value);
      case PORT -> port(value);
      case SERVICE_ACCOUNT -> serviceAccount(value);
      case TRUST_DOMAIN -> value.contains("/") ? "a trust domain has no /" : wildcard(value);
      case PATH -> path(value);
      // With any number of stars: where they mean nothing it is said, not refused.
      case NAMESPACE,
          PRINCIPAL,
          REQUEST_PRINCIPAL,
          HEADER,
          AUDIENCE,
          PRESENTER,
          CLAIM,
          HOST,
          METHOD,
          SERVER_NAME,
          FILTER_METADATA ->
          null;
    };
  }

  private static int longest(String value, Attribute attribute) {
    return switch (attribute) {
      case PRINCIPAL, TRUST_DOMAIN, NAMESPACE, SERVICE_ACCOUNT -> LONGEST_IDENTITY;
      case PATH -> isTemplate(value) ? PathTemplate.MAX_LENGTH : LONGEST;
      case REQUEST_PRINCIPAL,
          SOURCE_IP,
          REMOTE_IP,
          HEADER,
          AUDIENCE,
          PRESENTER,
          CLAIM,
          HOST,
          METHOD,
          PORT,
          DESTINATION_IP,
          SERVER_NAME,
          FILTER_METADATA ->
          LONGEST;
    };
  }

  private static boolean isTemplate(String path) {
    return path.contains(ONE) || path.contains(REST);
  }

  /** Trust domains alone have no star elsewhere. */
  private static @Nullable String wildcard(String value) {
    int stars = value.length() - value.replace("*", "").length();
    return stars == 0 || (stars == 1 && (value.startsWith("*") || value.endsWith("*")))
        ? null
        : "a * is understood once, at the beginning or at the end, found \""
            + Fields.brief(value)
            + "\"";
  }

  private static @Nullable String block(String value) {
    int slash = value.indexOf('/');
    String address = slash < 0 ? value : value.substring(0, slash);
    int bits = IPV4.matcher(address).matches() ? 32 : address.contains(":") ? 128 : 0;
    boolean fits = bits == 32 || (bits == 128 && isIpv6(address));
    if (fits && slash >= 0) {
      String length = value.substring(slash + 1);
      fits = length.matches("0|[1-9]\\d{0,2}") && Integer.parseInt(length) <= bits;
    }
    return fits
        ? null
        : "expected an address or a block of addresses like 10.1.0.0/16, found \""
            + Fields.brief(value)
            + "\"";
  }

  private static boolean isIpv6(String address) {
    try {
      return !address.contains("%") && !InetAddress.ofLiteral(address).getHostAddress().isEmpty();
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static @Nullable String port(String value) {
    return value.matches("\\d{1,5}") && Integer.parseInt(value) <= 65_535
        ? null
        : "expected a port, found \"" + Fields.brief(value) + "\"";
  }

  private static @Nullable String serviceAccount(String value) {
    if (value.contains("*")) {
      return "a service account is compared as it is, without *";
    }
    if (value.length() > LONGEST_SERVICE_ACCOUNT
        || value.startsWith("/")
        || value.endsWith("/")
        || value.indexOf('/') != value.lastIndexOf('/')) {
      return "expected <service account> or <namespace>/<service account>, found \""
          + Fields.brief(value)
          + "\"";
    }
    return null;
  }

  private static @Nullable String path(String value) {
    if (!isTemplate(value)) {
      return value.contains("{") || value.contains("}") ? "a { stands in {*} and {**} only" : null;
    }
    if (!value.startsWith("/") || value.startsWith("//") || value.endsWith("//")) {
      return "a template of a path begins with one /, and ends with at most one";
    }
    boolean ended = false;
    for (String segment : trimmed(value).split("/", -1)) {
      boolean operator = segment.equals(ONE) || segment.equals(REST);
      if (operator && ended) {
        return "{**} is the last of the operators";
      }
      ended |= segment.equals(REST);
      if (!operator && !SEGMENT.matcher(segment).matches()) {
        return String.format(
            Locale.ROOT,
            "expected segments that are {*}, {**} or plain text, found \"%s\"",
            Fields.brief(segment));
      }
    }
    return null;
  }

  private static String trimmed(String path) {
    int from = 0;
    int to = path.length();
    while (from < to && path.charAt(from) == '/') {
      from++;
    }
    while (to > from && path.charAt(to - 1) == '/') {
      to--;
    }
    return path.substring(from, to);
  }
}

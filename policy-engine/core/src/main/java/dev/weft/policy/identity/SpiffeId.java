package dev.weft.policy.identity;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A workload's identity, {@code spiffe://<trust-domain>/ns/<namespace>/sa/<service-account>}.
 *
 * @param namespace 1 to 253 characters {@code [a-zA-Z0-9._-]}, not {@code .} or {@code ..}
 *     (SPIFFE-ID section 2.2)
 * @param serviceAccount the same
 */
public record SpiffeId(TrustDomain trustDomain, String namespace, String serviceAccount) {

  /** The longest URI, in characters (SPIFFE-ID section 2.3). */
  private static final int LONGEST = 2048;

  private static final Pattern SEGMENT = Pattern.compile("[a-zA-Z0-9._-]{1,253}");
  private static final Pattern FORM =
      Pattern.compile("spiffe://([^/]{1,255})/ns/([^/]{1,253})/sa/([^/]{1,253})");

  public SpiffeId {
    checkSegment("namespace", namespace);
    checkSegment("service account", serviceAccount);
  }

  /** Reads a URI of Weft's form; throws {@link IllegalArgumentException} for any other. */
  public static SpiffeId parse(String uri) {
    if (uri.length() <= LONGEST) {
      Matcher matcher = FORM.matcher(uri);
      if (matcher.matches()) {
        return new SpiffeId(new TrustDomain(matcher.group(1)), matcher.group(2), matcher.group(3));
      }
    }
    throw new IllegalArgumentException("not a workload's SPIFFE id: " + TrustDomain.quote(uri));
  }

  /** The URI. */
  public String uri() {
    return "spiffe://" + trustDomain.name() + "/ns/" + namespace + "/sa/" + serviceAccount;
  }

  @Override
  public String toString() {
    return uri();
  }

  private static void checkSegment(String what, String text) {
    if (!SEGMENT.matcher(text).matches() || text.equals(".") || text.equals("..")) {
      throw new IllegalArgumentException("not a " + what + ": " + TrustDomain.quote(text));
    }
  }
}

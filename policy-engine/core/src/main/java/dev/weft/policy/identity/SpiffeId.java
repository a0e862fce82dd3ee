package dev.weft.policy.identity;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A workload's identity, {@code spiffe://<trust-domain>/ns/<namespace>/sa/<service-account>}. */
public record SpiffeId(TrustDomain trustDomain, String namespace, String serviceAccount) {

  private static final Pattern FORM =
      Pattern.compile(
          "spiffe://([a-z0-9._-]{1,255})/ns/([a-zA-Z0-9._-]{1,253})/sa/([a-zA-Z0-9._-]{1,253})");

  public SpiffeId {
    if (!FORM.matcher(
            "spiffe://" + trustDomain.name() + "/ns/" + namespace + "/sa/" + serviceAccount)
        .matches()) {
      throw new IllegalArgumentException(
          "not a namespace and service account: \"" + namespace + "\", \"" + serviceAccount + "\"");
    }
  }

  /** Reads a URI of Weft's form; throws {@link IllegalArgumentException} for any other. */
  public static SpiffeId parse(String uri) {
    Matcher matcher = FORM.matcher(uri);
    if (uri.length() > 2048 || !matcher.matches()) {
      throw new IllegalArgumentException("not a workload's SPIFFE id: \"" + uri + "\"");
    }
    return new SpiffeId(new TrustDomain(matcher.group(1)), matcher.group(2), matcher.group(3));
  }

  /** The URI. */
  public String uri() {
    return "spiffe://" + trustDomain.name() + "/ns/" + namespace + "/sa/" + serviceAccount;
  }

  @Override
  public String toString() {
    return uri();
  }
}

package dev.weft.policy.istio;

import java.util.Optional;

/**
 * What rules can ask for: by a field of a source or an operation, by the key of a condition, or by
 * both.
 */
public enum Attribute {
  PRINCIPAL(Side.SOURCE, "principals", "source.principal", false),
  REQUEST_PRINCIPAL(Side.SOURCE, "requestPrincipals", "request.auth.principal", true),
  NAMESPACE(Side.SOURCE, "namespaces", "source.namespace", false),
  SERVICE_ACCOUNT(Side.SOURCE, "serviceAccounts", "source.serviceAccount", false),
  TRUST_DOMAIN(Side.SOURCE, "trustDomains", "source.trustDomain", false),
  SOURCE_IP(Side.SOURCE, "ipBlocks", "source.ip", false),
  REMOTE_IP(Side.SOURCE, "remoteIpBlocks", "remote.ip", false),
  HEADER(Side.SOURCE, "", "request.headers[]", true),
  AUDIENCE(Side.SOURCE, "", "request.auth.audiences", true),
  PRESENTER(Side.SOURCE, "", "request.auth.presenter", true),
  CLAIM(Side.SOURCE, "", "request.auth.claims[]", true),
  HOST(Side.OPERATION, "hosts", "", true),
  METHOD(Side.OPERATION, "methods", "", true),
  PATH(Side.OPERATION, "paths", "", true),
  PORT(Side.OPERATION, "ports", "destination.port", false),
  DESTINATION_IP(Side.OPERATION, "", "destination.ip", false),
  SERVER_NAME(Side.OPERATION, "", "connection.sni", false),
  FILTER_METADATA(Side.OPERATION, "", "experimental.envoy.filters.[]", false);

  private final Side side;
  private final String field;
  private final String key;
  private final boolean httpOnly;

  Attribute(Side side, String field, String key, boolean httpOnly) {
    this.side = side;
    this.field = field;
    this.key = key;
    this.httpOnly = httpOnly;
  }

  /** Whether it says who asks or what is asked for. */
  public enum Side {
    SOURCE,
    OPERATION
  }

  public Side side() {
    return side;
  }

  /** The field of a source or an operation; empty: there is none. */
  public String field() {
    return field;
  }

  /** The field of what must not match; empty: there is none. */
  public String notField() {
    return field.isEmpty()
        ? ""
        : "not" + Character.toUpperCase(field.charAt(0)) + field.substring(1);
  }

  /** The key of a condition, {@code []} where a name in brackets belongs; empty: there is none. */
  public String key() {
    return key;
  }

  /** Whether a connection without requests has nothing of the kind. */
  public boolean httpOnly() {
    return httpOnly;
  }

  /** The attribute that the key of a condition asks for. */
  public static Optional<Attribute> ofKey(String key) {
    for (Attribute attribute : values()) {
      boolean named = attribute.key.endsWith("[]");
      String fixed = named ? attribute.key.substring(0, attribute.key.length() - 2) : attribute.key;
      if (!fixed.isEmpty() && (named ? key.startsWith(fixed) : key.equals(fixed))) {
        return Optional.of(attribute);
      }
    }
    return Optional.empty();
  }
}

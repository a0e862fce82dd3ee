package dev.weft.agent.model;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weft.policy.identity.DnsLabel;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The server names (SNI, RFC 6066 section 3) of the mesh's own TLS, as docs/contract.md lists them.
 * Pure; throws nothing for any text.
 */
public final class ServerNames {

  private static final Pattern NOT_PERMITTED = Pattern.compile("[^a-z0-9-]|^-+");
  private static final int KEPT = 40;

  private ServerNames() {}

  /**
   * {@code <port>.<service>.<namespace>.<cluster>.<mesh>}; the trust domain is {@code
   * <cluster>.<mesh>}.
   */
  public static String service(int port, ServiceKey service, String trustDomain) {
    return port + "." + service.name() + "." + service.namespace() + "." + trustDomain;
  }

  /** {@code <label>.<port>.<service>.<namespace>.<cluster>.<mesh>}. */
  public static String instance(
      String instanceId, int port, ServiceKey service, String trustDomain) {
    return instanceLabel(instanceId) + "." + service(port, service, trustDomain);
  }

  /** An instance's server name without its first label: its service's port's. */
  public static String withoutInstance(String instance) {
    return instance.substring(instance.indexOf('.') + 1);
  }

  /** {@code *.<service>.<namespace>.<cluster>.<mesh>}: every port and instance of a service. */
  public static String everyPort(ServiceKey service, String trustDomain) {
    return "*." + service.name() + "." + service.namespace() + "." + trustDomain;
  }

  /**
   * What a sidecar serves that takes callers of a service's port without TLS too; no server name
   * that could be asked for.
   */
  public static String plaintext(String service) {
    return "plaintext|" + service;
  }

  /** {@code agent.<cluster>.<mesh>}. */
  public static String agent(String trustDomain) {
    return "agent." + trustDomain;
  }

  /** {@code probe.<cluster>.<mesh>}. */
  public static String probe(String trustDomain) {
    return "probe." + trustDomain;
  }

  /**
   * The id in lower case where that is a DNS label, else its first 40 permitted characters, a
   * hyphen and 8 hex digits of the id's SHA-256.
   */
  public static String instanceLabel(String instanceId) {
    String lower = instanceId.toLowerCase(Locale.ROOT);
    if (DnsLabel.matches(lower)) {
      return lower;
    }
    String permitted = NOT_PERMITTED.matcher(lower).replaceAll("");
    String kept = permitted.substring(0, Math.min(KEPT, permitted.length()));
    return kept.isEmpty() ? hash(instanceId) : kept + "-" + hash(instanceId);
  }

  private static String hash(String text) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
      return HexFormat.of().formatHex(digest, 0, 4);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}

package dev.weft.agent.compile;

import java.util.Optional;

/**
 * The kinds of resource that are served, in the order in which a change is sent (make before
 * break).
 */
public enum ResourceType {
  SECRET("envoy.extensions.transport_sockets.tls.v3.Secret"),
  CLUSTER("envoy.config.cluster.v3.Cluster"),
  ENDPOINTS("envoy.config.endpoint.v3.ClusterLoadAssignment"),
  LISTENER("envoy.config.listener.v3.Listener"),
  ROUTES("envoy.config.route.v3.RouteConfiguration");

  private static final String PREFIX = "type.googleapis.com/";

  private final String typeUrl;

  ResourceType(String message) {
    this.typeUrl = PREFIX + message;
  }

  /** As in {@code type_url}. */
  public String typeUrl() {
    return typeUrl;
  }

  /**
   * Whether a first request without names means everything (xDS protocol, "How the client specifies
   * what resources to return").
   */
  public boolean wildcardByDefault() {
    return this == CLUSTER || this == LISTENER;
  }

  /** The type with this URL. */
  public static Optional<ResourceType> of(String typeUrl) {
    for (ResourceType type : values()) {
      if (type.typeUrl.equals(typeUrl)) {
        return Optional.of(type);
      }
    }
    return Optional.empty();
  }
}

package dev.weft.policy.istio;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Who is asked about what the rules of {@code CUSTOM} policies match: an entry of Istio's {@code
 * meshConfig.extensionProviders}. Immutable.
 *
 * @param name a DNS label; what {@code spec.provider.name} of policies says
 * @param timeoutMillis how long an answer may take
 * @param failOpen whether a request goes on where there is no answer
 * @param statusOnError of the answer to a request that does not; 0: 403
 * @param clearRoute whether the route is looked up again after the provider changed a request
 * @param body empty: the provider gets no bodies
 */
public record Provider(
    String name,
    Host host,
    long timeoutMillis,
    boolean failOpen,
    int statusOnError,
    boolean clearRoute,
    Optional<Body> body,
    Protocol protocol) {

  /** Where it is. */
  public sealed interface Host {
    /** A service of the mesh, wherever it runs: asked as any service is, over mutual TLS. */
    record Service(String namespace, String name) implements Host {}

    /**
     * Somewhere else: asked without TLS.
     *
     * @param host a literal address or a host name
     * @param addresses literal, what the host is known to stand for; empty: nothing is known
     */
    record Outside(String host, int port, List<String> addresses) implements Host {
      public Outside {
        addresses = List.copyOf(addresses);
      }
    }
  }

  /**
   * What it gets of bodies.
   *
   * @param maxBytes longer ones are refused, unless a part is enough
   * @param partial whether of longer ones it gets the begin
   * @param asBytes whether it gets bytes, not text
   */
  public record Body(int maxBytes, boolean partial, boolean asBytes) {}

  /** How it is asked. */
  public sealed interface Protocol {
    /** Envoy's {@code envoy.service.auth.v3.Authorization}. */
    record Grpc() implements Protocol {}

    /**
     * By a request like the one that is held. Headers are lists of names, {@code prefix*} or {@code
     * *suffix}.
     *
     * @param pathPrefix in front of the path; empty: nothing
     * @param told headers of the request that it gets
     * @param added headers that it gets besides, as they are
     * @param toUpstream headers of its permission that the application gets
     * @param toCallerOnDeny headers of its denial that the caller gets; empty: all
     * @param toCallerOnAllow headers of its permission that the caller gets
     */
    record Http(
        String pathPrefix,
        List<String> told,
        Map<String, String> added,
        List<String> toUpstream,
        List<String> toCallerOnDeny,
        List<String> toCallerOnAllow)
        implements Protocol {
      public Http {
        told = List.copyOf(told);
        added = Map.copyOf(added);
        toUpstream = List.copyOf(toUpstream);
        toCallerOnDeny = List.copyOf(toCallerOnDeny);
        toCallerOnAllow = List.copyOf(toCallerOnAllow);
      }
    }
  }

  /** Whether it can be asked about connections that carry no requests. */
  public boolean takesConnections() {
    return protocol instanceof Protocol.Grpc;
  }

  /** The upstream (xDS cluster) that it is asked over. */
  public String upstream() {
    return switch (host) {
      case Host.Service(String namespace, String service) -> service + "." + namespace;
      case Host.Outside outside -> "authz|" + name;
    };
  }

  /** What it is called in the Host of what it is asked. */
  public String authority() {
    return switch (host) {
      case Host.Service(String namespace, String service) -> service + "." + namespace + ".mesh";
      case Host.Outside(String text, int port, List<String> addresses) ->
          (text.indexOf(':') < 0 ? text : "[" + text + "]") + ":" + port;
    };
  }

  /** The same at these addresses; a service of the mesh is what it is. */
  public Provider at(List<String> addresses) {
    return switch (host) {
      case Host.Service service -> this;
      case Host.Outside(String text, int port, List<String> before) ->
          new Provider(
              name,
              new Host.Outside(text, port, addresses),
              timeoutMillis,
              failOpen,
              statusOnError,
              clearRoute,
              body,
              protocol);
    };
  }
}

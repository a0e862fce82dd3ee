package dev.weft.proxy.config;

import dev.weft.policy.match.MetadataMatcher;
import dev.weft.policy.match.StringMatcher;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How requests are held until a service allows them: {@code
 * envoy.extensions.filters.http.ext_authz.v3.ExtAuthz}.
 *
 * @param failureModeAllow whether requests go on where the service does not answer
 * @param failureModeHeader whether those are marked by {@code x-envoy-auth-failure-mode-allowed}
 * @param statusOnError of the answer where the service does not answer and they do not go on
 * @param clearRoute whether the route is looked up again after changes to the request
 * @param tlsSession whether the service learns the server name that the peer asked for
 * @param peerCertificate whether it gets the peer's certificate
 * @param rawHeaders whether it gets headers one by one, as bytes, and not those of a name joined as
 *     text
 * @param mutations which headers of requests it may change; {@code null}: all
 * @param takesMetadata whether later filters are told what it says
 * @param namespaces what other filters said that the service is told
 * @param allowedHeaders which headers the service is told; {@code null}: all
 * @param disallowedHeaders which of them it is not told
 * @param body how much of bodies it gets; {@code null}: nothing
 * @param enabled share of the requests that are held
 * @param enabledFor those of them that other filters said this of; {@code null}: all
 * @param denyDisabled whether the others are turned away
 */
public record ExtAuthzSettings(
    AuthorizationService service,
    boolean failureModeAllow,
    boolean failureModeHeader,
    int statusOnError,
    boolean clearRoute,
    boolean tlsSession,
    boolean peerCertificate,
    boolean rawHeaders,
    @Nullable HeaderMutationRules mutations,
    boolean takesMetadata,
    List<String> namespaces,
    @Nullable List<StringMatcher> allowedHeaders,
    List<StringMatcher> disallowedHeaders,
    @Nullable Body body,
    Fraction enabled,
    @Nullable MetadataMatcher enabledFor,
    boolean denyDisabled) {

  public ExtAuthzSettings {
    namespaces = List.copyOf(namespaces);
    allowedHeaders = allowedHeaders == null ? null : List.copyOf(allowedHeaders);
    disallowedHeaders = List.copyOf(disallowedHeaders);
  }

  /** Whether the service is told a header or pseudo-header. */
  public boolean tells(String name) {
    return (allowedHeaders == null || any(allowedHeaders, name)) && !any(disallowedHeaders, name);
  }

  /** Whether one of them accepts the name. */
  static boolean any(List<StringMatcher> matchers, String name) {
    for (int i = 0; i < matchers.size(); i++) {
      if (matchers.get(i).matches(name)) {
        return true;
      }
    }
    return false;
  }

  /**
   * {@code BufferSettings}.
   *
   * @param maxBytes held of a body until the request is allowed, above 0
   * @param partial whether of a longer body the beginning is told; else the answer is 413
   * @param raw whether it is told as bytes and not as text
   */
  public record Body(int maxBytes, boolean partial, boolean raw) {}
}

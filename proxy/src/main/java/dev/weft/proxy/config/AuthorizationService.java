package dev.weft.proxy.config;

import dev.weft.policy.match.StringMatcher;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Who is asked whether requests are allowed, over an upstream of the proxy. */
public sealed interface AuthorizationService {
  /** The upstream's name. */
  String upstream();

  /** After which there is no answer, above 0. */
  Duration timeout();

  /**
   * By gRPC, as {@code envoy.service.auth.v3.Authorization}.
   *
   * @param authority of calls; empty: the upstream's name
   * @param metadata added to calls
   */
  record Grpc(String upstream, Duration timeout, String authority, List<HeaderValue> metadata)
      implements AuthorizationService {
    public Grpc {
      metadata = List.copyOf(metadata);
    }
  }

  /**
   * By an HTTP request like the one that is held.
   *
   * @param pathPrefix in front of the request's path
   * @param added to its headers
   * @param answer which headers of the answer count for what
   */
  record Http(
      String upstream, Duration timeout, String pathPrefix, List<HeaderValue> added, Answer answer)
      implements AuthorizationService {
    public Http {
      added = List.copyOf(added);
    }
  }

  /**
   * {@code AuthorizationResponse}: by their names.
   *
   * @param toRequest of an answer that allows: replace those of the request
   * @param appended to those of the request
   * @param toCaller of an answer that denies; {@code null}: all
   * @param toCallerAllowed of an answer that allows: into the answer to the caller
   * @param toMetadata told to later filters
   */
  record Answer(
      List<StringMatcher> toRequest,
      List<StringMatcher> appended,
      @Nullable List<StringMatcher> toCaller,
      List<StringMatcher> toCallerAllowed,
      List<StringMatcher> toMetadata) {
    public Answer {
      toRequest = List.copyOf(toRequest);
      appended = List.copyOf(appended);
      toCaller = toCaller == null ? null : List.copyOf(toCaller);
      toCallerAllowed = List.copyOf(toCallerAllowed);
      toMetadata = List.copyOf(toMetadata);
    }

    /** Whether one of them accepts the name. */
    public static boolean accepts(List<StringMatcher> matchers, String name) {
      return ExtAuthzSettings.any(matchers, name);
    }
  }
}

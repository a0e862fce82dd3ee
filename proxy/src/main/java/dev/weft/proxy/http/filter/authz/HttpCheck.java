package dev.weft.proxy.http.filter.authz;

import static dev.weft.proxy.config.AuthorizationService.Answer.accepts;

import com.google.protobuf.ByteString;
import dev.weft.policy.match.StringMatcher;
import dev.weft.proxy.config.AuthorizationService;
import dev.weft.proxy.config.HeaderMutationRules.Change;
import dev.weft.proxy.http.HeaderList;
import dev.weft.proxy.http.RequestHead;
import dev.weft.proxy.http.filter.UpstreamCalls.Call;
import dev.weft.proxy.http.filter.UpstreamCalls.Response;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A request like the one that is held; 200 allows. Stateless. */
final class HttpCheck {
  private static final String TO_REMOVE = "x-envoy-auth-headers-to-remove";

  /** Of an answer that denies, the caller gets these in any case. */
  private static final Set<String> ALWAYS = Set.of("www-authenticate", "location");

  /** What frames the service's own answer. */
  private static final Set<String> FRAMING =
      Set.of("content-length", "transfer-encoding", TO_REMOVE);

  private HttpCheck() {}

  /**
   * The request.
   *
   * @param told headers and pseudo-headers of the one that is held
   */
  static Call call(
      AuthorizationService.Http service,
      RequestHead head,
      List<CheckRequests.HeaderValue> told,
      HeaderList added,
      HeldBody.@Nullable Told body) {
    ByteString bytes = body == null ? ByteString.EMPTY : body.bytes();
    HeaderList headers = new HeaderList(8).add("content-length", Integer.toString(bytes.size()));
    told.forEach(header -> {
      if (!header.name().startsWith(":") && !header.name().equals("content-length")) {
        headers.add(header.name(), header.value());
      }
    });
    for (int i = 0; i < added.size(); i++) {
      headers.set(added.name(i), added.value(i));
    }
    return new Call(
        service.upstream(),
        head.method(),
        head.authority(),
        service.pathPrefix() + head.path(),
        headers,
        bytes.asReadOnlyByteBuffer(),
        service.timeout(),
        AuthorizationAnswer.MOST_BYTES);
  }

  /** What the answer says. */
  static AuthorizationAnswer read(
      AuthorizationService.Answer rules, RequestMutations mutations, Response response) {
    if (response.status() >= 500) {
      return new AuthorizationAnswer.Failed("status " + response.status());
    }
    return response.status() == 200 ? allowed(rules, mutations, response) : denied(rules, response);
  }

  private static AuthorizationAnswer allowed(
      AuthorizationService.Answer rules, RequestMutations mutations, Response response) {
    HeaderList headers = response.headers();
    List<HeaderMutation> set = new ArrayList<>();
    List<HeaderMutation> added = new ArrayList<>();
    List<HeaderMutation> toCaller = new ArrayList<>();
    Map<String, Object> metadata = new LinkedHashMap<>();
    for (int i = 0; i < headers.size(); i++) {
      String name = headers.name(i);
      String value = headers.value(i);
      if (FRAMING.contains(name)) {
        continue;
      }
      if (accepts(rules.toRequest(), name) && mutations.take(Change.SET, name)) {
        set.add(new HeaderMutation(name, value, HeaderMutation.Action.SET));
      }
      if (accepts(rules.appended(), name) && mutations.take(Change.SET, name)) {
        added.add(new HeaderMutation(name, value, HeaderMutation.Action.ADD));
      }
      if (accepts(rules.toCallerAllowed(), name)) {
        toCaller.add(new HeaderMutation(name, value, HeaderMutation.Action.ADD));
      }
      if (accepts(rules.toMetadata(), name)) {
        metadata.put(name, value);
      }
    }
    set.addAll(added);
    List<String> removed = mutations.removed(removed(headers));
    return mutations.isMistake()
        ? RequestMutations.MISTAKE
        : new AuthorizationAnswer.Allowed(set, removed, toCaller, QueryChanges.NONE, metadata);
  }

  private static List<String> removed(HeaderList headers) {
    String names = headers.joined(TO_REMOVE);
    if (names == null) {
      return List.of();
    }
    List<String> removed = new ArrayList<>();
    for (String name : names.split(",", AuthorizationAnswer.MOST_CHANGES)) {
      if (!name.isBlank()) {
        removed.add(name.strip().toLowerCase(Locale.ROOT));
      }
    }
    return removed;
  }

  private static AuthorizationAnswer denied(AuthorizationService.Answer rules, Response response) {
    HeaderList headers = new HeaderList(8);
    List<StringMatcher> toCaller = rules.toCaller();
    Map<String, Object> metadata = new LinkedHashMap<>();
    for (int i = 0; i < response.headers().size(); i++) {
      String name = response.headers().name(i);
      String value = response.headers().value(i);
      boolean passes = toCaller == null || ALWAYS.contains(name) || accepts(toCaller, name);
      if (passes && !FRAMING.contains(name)) {
        headers.add(name, value);
      }
      if (accepts(rules.toMetadata(), name)) {
        metadata.put(name, value);
      }
    }
    return new AuthorizationAnswer.Denied(
        response.status(),
        headers,
        CheckRequests.text(ByteString.copyFrom(response.body().slice())),
        metadata);
  }
}

package dev.weft.proxy.http.filter.authz;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.weft.policy.xds.Structs;
import dev.weft.proxy.config.AuthorizationService;
import dev.weft.proxy.config.HeaderMutationRules.Change;
import dev.weft.proxy.http.HeaderList;
import dev.weft.proxy.http.filter.UpstreamCalls.Call;
import dev.weft.proxy.http.filter.UpstreamCalls.Response;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import io.envoyproxy.envoy.service.auth.v3.DeniedHttpResponse;
import io.envoyproxy.envoy.service.auth.v3.OkHttpResponse;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** {@code envoy.service.auth.v3.Authorization/Check} as one HTTP/2 request. Stateless. */
final class GrpcCheck {
  private static final String PATH = "/envoy.service.auth.v3.Authorization/Check";
  private static final int PREFIX = 5;

  private GrpcCheck() {}

  /** The call. */
  static Call call(AuthorizationService.Grpc service, CheckRequest request, HeaderList metadata) {
    byte[] message = request.toByteArray();
    ByteBuffer framed =
        ByteBuffer.allocate(PREFIX + message.length)
            .put((byte) 0)
            .putInt(message.length)
            .put(message)
            .flip();
    HeaderList headers =
        new HeaderList(8)
            .add("content-type", "application/grpc")
            .add("te", "trailers")
            .add("grpc-timeout", service.timeout().toMillis() + "m");
    for (int i = 0; i < metadata.size(); i++) {
      headers.add(metadata.name(i), metadata.value(i));
    }
    return new Call(
        service.upstream(),
        "POST",
        service.authority(),
        PATH,
        headers,
        framed.asReadOnlyBuffer(),
        service.timeout(),
        AuthorizationAnswer.MOST_BYTES);
  }

  /** The service's word, whatever it is about. */
  sealed interface Verdict {
    /** Status 0. */
    record Allowed(CheckResponse response, Map<String, @Nullable Object> metadata)
        implements Verdict {}

    /** Another status. */
    record Denied(CheckResponse response, Map<String, @Nullable Object> metadata)
        implements Verdict {}

    /** There is none. */
    record Failed(String why) implements Verdict {}
  }

  /** What the answer to the call about a request says. */
  static AuthorizationAnswer read(Response response, RequestMutations mutations) {
    return switch (verdict(response)) {
      case Verdict.Allowed(CheckResponse said, Map<String, @Nullable Object> metadata) ->
          allowed(said.getOkResponse(), mutations, metadata);
      case Verdict.Denied(CheckResponse said, Map<String, @Nullable Object> metadata) ->
          denied(said.getDeniedResponse(), metadata);
      case Verdict.Failed(String why) -> new AuthorizationAnswer.Failed(why);
    };
  }

  /** Whether the answer to the call allows what was asked about. */
  static Verdict verdict(Response response) {
    if (response.status() != 200) {
      return new Verdict.Failed("status " + response.status());
    }
    String status =
        Objects.requireNonNullElseGet(
            response.trailers().get("grpc-status"),
            () -> Objects.requireNonNullElse(response.headers().get("grpc-status"), "none"));
    if (!status.equals("0")) {
      return new Verdict.Failed("gRPC status " + shown(status));
    }
    ByteBuffer body = response.body().slice();
    if (body.remaining() < PREFIX || body.get() != 0 || body.getInt() != body.remaining()) {
      return new Verdict.Failed("not one plain gRPC message");
    }
    try {
      return verdict(CheckResponse.parseFrom(body));
    } catch (InvalidProtocolBufferException e) {
      return new Verdict.Failed("not a CheckResponse");
    }
  }

  private static String shown(String status) {
    return status.length() > 8 ? status.substring(0, 8) : status;
  }

  // Both places of metadata count, as with Envoy.
  @SuppressWarnings("deprecation")
  private static Verdict verdict(CheckResponse response) {
    Map<String, @Nullable Object> metadata =
        Structs.map(
            response.getOkResponse().hasDynamicMetadata()
                ? response.getOkResponse().getDynamicMetadata()
                : response.getDynamicMetadata());
    return response.getStatus().getCode() == 0
        ? new Verdict.Allowed(response, metadata)
        : new Verdict.Denied(response, metadata);
  }

  private static AuthorizationAnswer allowed(
      OkHttpResponse ok, RequestMutations mutations, Map<String, @Nullable Object> metadata) {
    int changes =
        ok.getHeadersCount()
            + ok.getHeadersToRemoveCount()
            + ok.getResponseHeadersToAddCount()
            + ok.getQueryParametersToSetCount()
            + ok.getQueryParametersToRemoveCount();
    if (changes > AuthorizationAnswer.MOST_CHANGES) {
      return new AuthorizationAnswer.Invalid("more changes than " + changes);
    }
    List<HeaderMutation> request = new ArrayList<>();
    for (HeaderValueOption header : ok.getHeadersList()) {
      // A changed path is a change of its target, not of its headers.
      boolean path = header.getHeader().getKey().equals(":path");
      HeaderMutation.Action action = requestAction(header);
      String name = header.getHeader().getKey().toLowerCase(Locale.ROOT);
      if (!mutations.take(action == HeaderMutation.Action.JOIN ? Change.JOIN : Change.SET, name)) {
        continue;
      }
      HeaderMutation change = change(header, action, path);
      if (change == null) {
        return new AuthorizationAnswer.Invalid("a header that no request may have");
      }
      request.add(change);
    }
    List<HeaderMutation> response = new ArrayList<>();
    for (HeaderValueOption header : ok.getResponseHeadersToAddList()) {
      HeaderMutation change = change(header, responseAction(header), false);
      if (change == null) {
        return new AuthorizationAnswer.Invalid("a header that no response may have");
      }
      response.add(change);
    }
    List<String> removed =
        mutations.removed(
            ok.getHeadersToRemoveList().stream()
                .map(name -> name.toLowerCase(Locale.ROOT))
                .toList());
    if (mutations.isMistake()) {
      return RequestMutations.MISTAKE;
    }
    Map<String, String> set = new HashMap<>();
    ok.getQueryParametersToSetList().forEach(param -> set.put(param.getKey(), param.getValue()));
    return new AuthorizationAnswer.Allowed(
        request,
        removed,
        response,
        new QueryChanges(set, List.copyOf(ok.getQueryParametersToRemoveList())),
        metadata);
  }

  private static AuthorizationAnswer denied(
      DeniedHttpResponse denied, Map<String, @Nullable Object> metadata) {
    int code = denied.getStatus().getCodeValue();
    int status = code == 0 ? 403 : code;
    if (status < 200
        || status > 599
        || denied.getHeadersCount() > AuthorizationAnswer.MOST_CHANGES) {
      return new AuthorizationAnswer.Invalid("no answer that a caller could get");
    }
    HeaderList headers = new HeaderList(4);
    for (HeaderValueOption header : denied.getHeadersList()) {
      HeaderMutation change = change(header, HeaderMutation.Action.ADD, false);
      if (change == null) {
        return new AuthorizationAnswer.Invalid("a header that no response may have");
      }
      headers.add(change.name(), change.value());
    }
    return new AuthorizationAnswer.Denied(status, headers, denied.getBody(), metadata);
  }

  private static @Nullable HeaderMutation change(
      HeaderValueOption option, HeaderMutation.Action action, boolean path) {
    String name = option.getHeader().getKey().toLowerCase(Locale.ROOT);
    String value =
        option.getHeader().getValue().isEmpty()
            ? option.getHeader().getRawValue().toStringUtf8()
            : option.getHeader().getValue();
    boolean legal =
        (path || AuthorizationAnswer.isName(name))
            && !name.equals("host")
            && AuthorizationAnswer.isValue(value);
    return legal ? new HeaderMutation(name, value, action) : null;
  }

  /** Of the request only the flag counts: joined to what is there, or in its place. */
  @SuppressWarnings("deprecation")
  private static HeaderMutation.Action requestAction(HeaderValueOption option) {
    return option.getAppend().getValue() ? HeaderMutation.Action.JOIN : HeaderMutation.Action.SET;
  }

  @SuppressWarnings("deprecation")
  private static HeaderMutation.Action responseAction(HeaderValueOption option) {
    if (option.hasAppend()) {
      return option.getAppend().getValue() ? HeaderMutation.Action.ADD : HeaderMutation.Action.SET;
    }
    return switch (option.getAppendAction()) {
      case APPEND_IF_EXISTS_OR_ADD, UNRECOGNIZED -> HeaderMutation.Action.ADD;
      case ADD_IF_ABSENT -> HeaderMutation.Action.ADD_IF_ABSENT;
      case OVERWRITE_IF_EXISTS_OR_ADD -> HeaderMutation.Action.SET;
      case OVERWRITE_IF_EXISTS -> HeaderMutation.Action.SET_IF_THERE;
    };
  }
}

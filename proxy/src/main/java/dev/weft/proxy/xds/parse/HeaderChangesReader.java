package dev.weft.proxy.xds.parse;

import dev.weft.policy.xds.Problems;
import dev.weft.proxy.config.HeaderChanges;
import dev.weft.proxy.config.HeaderValue;
import dev.weft.proxy.config.HeaderValue.AppendAction;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import java.util.ArrayList;
import java.util.List;

/** Headers that a configuration removes and adds. */
final class HeaderChangesReader {
  private HeaderChangesReader() {}

  /** Those of requests and of responses on one level. */
  record Level(List<HeaderChanges> requests, List<HeaderChanges> responses) {
    static final Level NONE = new Level(List.of(), List.of());

    /** This level and another, the one that is applied first in front. */
    Level before(Level other) {
      return new Level(joined(requests, other.requests), joined(responses, other.responses));
    }

    private static List<HeaderChanges> joined(List<HeaderChanges> a, List<HeaderChanges> b) {
      List<HeaderChanges> all = new ArrayList<>(a);
      all.addAll(b);
      return List.copyOf(all);
    }
  }

  /** The four fields that every level has. */
  static Level level(
      List<String> requestRemove,
      List<HeaderValueOption> requestAdd,
      List<String> responseRemove,
      List<HeaderValueOption> responseAdd,
      Problems problems) {
    return new Level(
        HeaderChanges.listOf(
            toRemove(requestRemove, problems.field("request_headers_to_remove")),
            toAdd(requestAdd, problems.field("request_headers_to_add"))),
        HeaderChanges.listOf(
            toRemove(responseRemove, problems.field("response_headers_to_remove")),
            toAdd(responseAdd, problems.field("response_headers_to_add"))));
  }

  static List<HeaderValue> toAdd(List<HeaderValueOption> protos, Problems problems) {
    List<HeaderValue> headers = new ArrayList<>();
    for (int i = 0; i < protos.size(); i++) {
      HeaderValueOption proto = protos.get(i);
      Problems at = problems.item(i);
      AppendAction action =
          switch (proto.getAppendAction()) {
            case APPEND_IF_EXISTS_OR_ADD -> AppendAction.APPEND_IF_EXISTS_OR_ADD;
            case ADD_IF_ABSENT -> AppendAction.ADD_IF_ABSENT;
            case OVERWRITE_IF_EXISTS_OR_ADD -> AppendAction.OVERWRITE_IF_EXISTS_OR_ADD;
            case OVERWRITE_IF_EXISTS -> AppendAction.OVERWRITE_IF_EXISTS;
            // FieldCheck has reported it already.
            case UNRECOGNIZED -> AppendAction.APPEND_IF_EXISTS_OR_ADD;
          };
      headers.add(
          new HeaderValue(
              Texts.headerName(proto.getHeader().getKey(), at.field("header").field("key")),
              FormatReader.read(proto.getHeader().getValue(), at.field("header").field("value")),
              action,
              proto.getKeepEmptyValue()));
    }
    return headers;
  }

  private static List<String> toRemove(List<String> names, Problems problems) {
    List<String> headers = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      headers.add(Texts.headerName(names.get(i), problems.item(i)));
    }
    return headers;
  }
}

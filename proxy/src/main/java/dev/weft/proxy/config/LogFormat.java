package dev.weft.proxy.config;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a line of an access log holds: a documented part of Envoy's command operators. */
public sealed interface LogFormat {

  /** Parts one after the other, as they stand; what is not there is {@code -}. */
  record Text(List<Part> parts) implements LogFormat {
    public Text {
      parts = List.copyOf(parts);
    }
  }

  /** One JSON object and a line feed; a value that is not there is {@code null}. */
  record Json(Value.Fields root) implements LogFormat {}

  /** A value of a JSON line. */
  sealed interface Value {
    record Fields(Map<String, Value> fields) implements Value {
      public Fields {
        fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
      }
    }

    /** A text with operators; one that is a single number's operator is a number. */
    record Parts(List<Part> parts) implements Value {
      public Parts {
        parts = List.copyOf(parts);
      }
    }

    /** As it stands: a number, {@code true}, {@code false} or {@code null}. */
    record Literal(String json) implements Value {}
  }

  /** A piece of a text. */
  sealed interface Part {
    record Literal(String text) implements Part {}

    /** {@code %REQ(name?otherwise):most%}; {@code otherwise} empty: none. */
    record Request(String name, String otherwise, int most) implements Part {}

    /** {@code %RESP(name?otherwise):most%}. */
    record Response(String name, String otherwise, int most) implements Part {}

    /** {@code %TRAILER(name?otherwise):most%}. */
    record Trailer(String name, String otherwise, int most) implements Part {}

    /** An operator without arguments, by Envoy's name. */
    enum Fact implements Part {
      ACCESS_LOG_TYPE(false),
      START_TIME(false),
      PROTOCOL(false),
      RESPONSE_CODE(true),
      RESPONSE_CODE_DETAILS(false),
      RESPONSE_FLAGS(false),
      BYTES_RECEIVED(true),
      BYTES_SENT(true),
      DURATION(true),
      ROUTE_NAME(false),
      UPSTREAM_CLUSTER(false),
      UPSTREAM_HOST(false),
      UPSTREAM_REQUEST_ATTEMPT_COUNT(true),
      CONNECTION_ID(true),
      GRPC_STATUS_NUMBER(true),
      REQUESTED_SERVER_NAME(false),
      CONNECTION_TERMINATION_DETAILS(false),
      DOWNSTREAM_TRANSPORT_FAILURE_REASON(false),
      UPSTREAM_TRANSPORT_FAILURE_REASON(false),
      FILTER_CHAIN_NAME(false),
      TRACE_ID(false),
      DOWNSTREAM_TLS_VERSION(false),
      DOWNSTREAM_TLS_CIPHER(false),
      DOWNSTREAM_PEER_URI_SAN(false),
      DOWNSTREAM_REMOTE_ADDRESS(false),
      DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT(false),
      DOWNSTREAM_REMOTE_PORT(true),
      DOWNSTREAM_LOCAL_ADDRESS(false),
      DOWNSTREAM_LOCAL_ADDRESS_WITHOUT_PORT(false),
      DOWNSTREAM_LOCAL_PORT(true);

      private final boolean number;

      Fact(boolean number) {
        this.number = number;
      }

      /** Whether it is a number in JSON. */
      public boolean number() {
        return number;
      }
    }
  }
}

package dev.weft.proxy.config;

import java.util.List;

/**
 * A header's value with what is filled in for each request: a documented part of Envoy's command
 * operators.
 *
 * @param parts written one after the other
 */
public record ValueFormat(List<Part> parts) {

  public ValueFormat {
    parts = List.copyOf(parts);
  }

  /** A value that is always the same. */
  public static ValueFormat literal(String text) {
    return new ValueFormat(List.of(new Part.Text(text)));
  }

  /** A piece of a value. What is not there is empty. */
  public sealed interface Part {
    /** As it stands. */
    record Text(String text) implements Part {}

    /**
     * {@code %REQ(name?otherwise):most%}: a header of the request.
     *
     * @param otherwise taken where the first is missing; empty: none
     * @param most characters
     */
    record RequestHeader(String name, String otherwise, int most) implements Part {}

    /** {@code %RESP(name?otherwise):most%}: a header of the response; empty in requests. */
    record ResponseHeader(String name, String otherwise, int most) implements Part {}

    /** A fact of the connection or of the route, by Envoy's name. */
    enum Fact implements Part {
      DOWNSTREAM_REMOTE_ADDRESS,
      DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT,
      DOWNSTREAM_REMOTE_PORT,
      DOWNSTREAM_LOCAL_ADDRESS,
      DOWNSTREAM_LOCAL_ADDRESS_WITHOUT_PORT,
      DOWNSTREAM_LOCAL_PORT,
      DOWNSTREAM_PEER_URI_SAN,
      REQUESTED_SERVER_NAME,
      PROTOCOL,
      ROUTE_NAME,
      UPSTREAM_CLUSTER,
      /** Of a response alone. */
      RESPONSE_CODE_DETAILS
    }
  }
}

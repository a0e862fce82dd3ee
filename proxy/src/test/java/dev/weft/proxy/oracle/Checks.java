package dev.weft.proxy.oracle;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import dev.weft.proxy.testing.FakeOrigin;
import io.envoyproxy.envoy.config.core.v3.HeaderMap;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.service.auth.v3.AttributeContext;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import java.io.ByteArrayInputStream;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Origins that are authorization services by gRPC: an answer's {@code check} is a CheckResponse,
 * and its {@code for} the begin of the paths that it is for, asked about or asked for, or of the
 * server names where a connection is asked about.
 */
final class Checks {
  private static final String PATH = "/envoy.service.auth.v3.Authorization/Check";
  private static final int PREFIX = 5;

  /** Each proxy makes its own, or says them of this hop. */
  private static final Set<String> OWN = Set.of("x-request-id", "x-forwarded-proto");

  private Checks() {}

  static boolean is(FakeOrigin.Request request) {
    return request.path().equals(PATH);
  }

  /** Whether the answer is for the request. */
  static boolean isFor(Map<String, Object> answer, FakeOrigin.Request request) {
    String subject = is(request) ? subject(message(request).getAttributes()) : request.path();
    return subject.startsWith(String.valueOf(answer.get("for")));
  }

  private static String subject(AttributeContext asked) {
    return asked.hasRequest()
        ? asked.getRequest().getHttp().getPath()
        : asked.getDestination().getService();
  }

  private static CheckRequest message(FakeOrigin.Request request) {
    try {
      byte[] body = request.body();
      return CheckRequest.parseFrom(
          Arrays.copyOfRange(body, Math.min(PREFIX, body.length), body.length));
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A gRPC message, each byte a character. */
  static String framed(Object answer) {
    try {
      CheckResponse.Builder response = CheckResponse.newBuilder();
      JsonFormat.parser().merge(Json.write(answer), response);
      byte[] message = response.build().toByteArray();
      return new String(
          ByteBuffer.allocate(PREFIX + message.length)
              .put((byte) 0)
              .putInt(message.length)
              .put(message)
              .array(),
          StandardCharsets.ISO_8859_1);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Each call has a certificate of its own: whose it is, and the form that it came in. */
  private static String certificate(String encoded) {
    if (encoded.isEmpty()) {
      return "";
    }
    String[] lines = encoded.split("%0A", -1);
    boolean even =
        Arrays.stream(lines, 1, lines.length - 3)
            .allMatch(line -> URLDecoder.decode(line, US_ASCII).length() == 64);
    try {
      X509Certificate read =
          (X509Certificate)
              CertificateFactory.getInstance("X.509")
                  .generateCertificate(
                      new ByteArrayInputStream(
                          URLDecoder.decode(encoded, US_ASCII).getBytes(US_ASCII)));
      return lines[0]
          + lines[lines.length - 2]
          + lines[lines.length - 1]
          + (even ? " in lines of 64, of " : " of ")
          + read.getSubjectAlternativeNames();
    } catch (CertificateException e) {
      throw new IllegalStateException(encoded, e);
    }
  }

  private static void tellOfRequest(AttributeContext.Builder attributes) {
    attributes.getRequestBuilder().clearTime();
    // Who asks proves it by the certificate of the connection that it asks over.
    attributes.getDestinationBuilder().clearPrincipal();
    AttributeContext.HttpRequest.Builder http = attributes.getRequestBuilder().getHttpBuilder();
    http.clearId();
    if (http.getBody().isEmpty() && http.getRawBody().isEmpty()) {
      // What has come of a body that nobody waits for is chance.
      http.clearSize();
    }
    Map<String, String> headers = new TreeMap<>(http.getHeadersMap());
    headers.keySet().removeAll(OWN);
    http.clearHeaders().putAllHeaders(headers);
    if (http.hasHeaderMap()) {
      // Each proxy has an order of its own for headers of different names.
      List<HeaderValue> sorted =
          http.getHeaderMap().getHeadersList().stream()
              .filter(header -> !OWN.contains(header.getKey()))
              .sorted(Comparator.comparing(HeaderValue::getKey))
              .toList();
      http.setHeaderMap(HeaderMap.newBuilder().addAllHeaders(sorted));
    }
  }

  /** What was asked, as JSON, without what differs from call to call. */
  static String told(FakeOrigin.Request request) {
    CheckRequest.Builder asked = message(request).toBuilder();
    AttributeContext.Builder attributes = asked.getAttributesBuilder();
    if (attributes.hasRequest()) {
      tellOfRequest(attributes);
    }
    attributes
        .getSourceBuilder()
        .setCertificate(certificate(attributes.getSource().getCertificate()));
    for (String filter :
        List.of("envoy.filters.http.ext_authz", "envoy.filters.network.ext_authz")) {
      attributes
          .getMetadataContextBuilder()
          .getMutableFilterMetadata()
          .computeIfPresent(
              filter, (name, said) -> said.toBuilder().removeFields("ext_authz_duration").build());
    }
    for (AttributeContext.Peer.Builder peer :
        List.of(attributes.getSourceBuilder(), attributes.getDestinationBuilder())) {
      peer.getAddressBuilder().getSocketAddressBuilder().clearPortValue();
    }
    try {
      return JsonFormat.printer().omittingInsignificantWhitespace().sortingMapKeys().print(asked);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException(e);
    }
  }
}

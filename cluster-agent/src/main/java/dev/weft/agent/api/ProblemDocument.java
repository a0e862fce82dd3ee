package dev.weft.agent.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.weft.policy.document.Problem;
import jakarta.ws.rs.core.Response;
import java.util.List;

/**
 * RFC 9457. The type is {@code about:blank}: the status says what there is to know for a program,
 * {@code errors} the rest.
 *
 * @param errors each with the field that it is about
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record ProblemDocument(
    String type, String title, int status, String detail, List<Problem> errors) {

  static final String MEDIA_TYPE = "application/problem+json";

  static Response response(Response.StatusType status, String detail, List<Problem> errors) {
    return Response.status(status)
        .type(MEDIA_TYPE)
        .entity(
            new ProblemDocument(
                "about:blank", status.getReasonPhrase(), status.getStatusCode(), detail, errors))
        .build();
  }

  static Response response(Response.StatusType status, String detail) {
    return response(status, detail, List.of());
  }

  /** 422: it was understood, and is not valid. */
  static Response invalid(List<Problem> errors) {
    return response(
        Unprocessable.CONTENT,
        errors.size() == 1 ? "a field is not valid" : errors.size() + " fields are not valid",
        errors);
  }

  /** 422: cases that policies carry speak against it. */
  static Response contradicted(List<Problem> cases) {
    return response(
        Unprocessable.CONTENT,
        cases.size() == 1
            ? "a case would not be decided as it is expected"
            : cases.size() + " cases would not be decided as they are expected",
        cases);
  }

  /** Jakarta REST does not know it (RFC 9110 section 15.5.21). */
  enum Unprocessable implements Response.StatusType {
    CONTENT;

    @Override
    public int getStatusCode() {
      return 422;
    }

    @Override
    public Response.Status.Family getFamily() {
      return Response.Status.Family.CLIENT_ERROR;
    }

    @Override
    public String getReasonPhrase() {
      return "Unprocessable Content";
    }
  }
}

package dev.weft.agent.api;

import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/**
 * Turns what the framework and bugs throw into problem documents, without telling more than the
 * status does.
 */
final class ApiFailures {

  private static final Logger LOG = Logger.getLogger(ApiFailures.class);

  @ServerExceptionMapper
  Response refused(WebApplicationException e) {
    Response.StatusType status = e.getResponse().getStatusInfo();
    return ProblemDocument.response(status, status.getReasonPhrase());
  }

  @ServerExceptionMapper
  Response notStored(IOException e) {
    LOG.error("a change could not be stored", e);
    return ProblemDocument.response(
        Response.Status.INTERNAL_SERVER_ERROR,
        "the change could not be stored; nothing of it is in force");
  }

  @ServerExceptionMapper
  Response bug(RuntimeException e) {
    LOG.error("bug: a request failed", e);
    return ProblemDocument.response(
        Response.Status.INTERNAL_SERVER_ERROR, "an error in the agent; its log says more");
  }
}

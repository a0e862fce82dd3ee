package dev.weft.agent.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.agent.state.MeshState;
import dev.weft.policy.document.Fields;
import dev.weft.policy.document.Problem;
import dev.weft.policy.istio.cases.QuestionReader;
import dev.weft.policy.istio.compile.PolicyIndex;
import dev.weft.policy.istio.decide.Decider;
import dev.weft.policy.istio.decide.Question;
import dev.weft.policy.istio.decide.VerdictJson;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** What would be decided on a request that nobody sends. */
@Path("/api/v1/explain")
@Singleton
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Resources")
public class ExplainApi {
  private static final Set<String> FIELDS =
      Stream.concat(QuestionReader.FIELDS.stream(), Stream.of("workload"))
          .collect(Collectors.toUnmodifiableSet());

  private final Instance<ApiContext> context;

  ExplainApi(Instance<ApiContext> context) {
    this.context = context;
  }

  @POST
  @Path("authz")
  @Operation(summary = "Whether a request would be allowed, by which rule, and why")
  public Response authorization(
      @HeaderParam("Content-Type") @DefaultValue("") String contentType, InputStream body)
      throws IOException {
    return switch (RequestBody.read(body, contentType)) {
      case RequestBody.Refused(Response response) -> response;
      case RequestBody.Read(JsonNode document) -> explain(document);
    };
  }

  private Response explain(JsonNode document) {
    ApiContext here = context.get();
    MeshState state = here.state().current();
    List<Problem> problems = new ArrayList<>();
    Fields fields = Fields.of(document, problems, FIELDS);
    Fields workload = fields.object("workload", ExplainedWorkload.FIELDS);
    Optional<ExplainedWorkload> asked = ExplainedWorkload.find(workload, state);
    String service = workload.text("service").orElse("");
    Question question = QuestionReader.read(fields, "", service + ".mesh");
    if (!problems.isEmpty() || asked.isEmpty()) {
      return ProblemDocument.invalid(problems);
    }
    PolicyIndex index =
        PolicyIndex.of(state.security(), state.local().rootNamespace(), state.local().mode());
    ObjectNode verdict =
        VerdictJson.of(Decider.of(index, asked.get().target(), here.clock()).decide(question));
    verdict.set("workload", asked.get().json());
    return Response.ok(verdict).build();
  }
}

package dev.weft.agent.replication.shared;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.agent.model.Enrolment;
import dev.weft.agent.state.Delta;
import dev.weft.agent.state.StateWriter;
import dev.weft.policy.identity.SpiffeId;
import java.util.HashSet;
import java.util.Set;

/** From the replicated enrolments to the state. Keys are identities. Thread-safe: stateless. */
final class EnrolmentFeed implements VersionedFeed.Sink {

  private final StateWriter state;

  EnrolmentFeed(StateWriter state) {
    this.state = state;
  }

  static ObjectNode write(Enrolment enrolment) {
    ObjectNode root = Stamped.object();
    ArrayNode services = root.putArray("services");
    enrolment.services().stream().sorted().forEach(services::add);
    return root;
  }

  @Override
  public void put(String key, String writer, JsonNode content, boolean remembered) {
    Set<String> services = new HashSet<>();
    content.path("services").forEach(service -> services.add(service.asText()));
    state.submit(new Delta.Enrolled(new Enrolment(SpiffeId.parse(key), services)));
  }

  @Override
  public void gone(String key) {
    state.submit(new Delta.EnrolmentEnded(SpiffeId.parse(key)));
  }
}

package dev.weft.agent.replication.shared;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.agent.model.Address;
import dev.weft.agent.model.Evidence;
import dev.weft.agent.model.Instance;
import dev.weft.agent.model.ServiceKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * All instances of a service as JSON. What a clock of one process says is worth nothing in another,
 * so evidence travels with its age. Pure.
 */
public final class CatalogForm {

  private CatalogForm() {}

  /**
   * Writes them.
   *
   * @param nowMillis of the clock that the evidence was timed with
   */
  public static ObjectNode write(List<Instance> instances, long nowMillis) {
    ObjectNode root = Stamped.object();
    ArrayNode array = root.putArray("instances");
    for (Instance instance : instances) {
      ObjectNode node = array.addObject();
      node.put("id", instance.id())
          .put("host", instance.address().host())
          .put("port", instance.address().port())
          .put("weight", instance.weight());
      texts(node, "meta", instance.meta());
      ArrayNode tags = node.putArray("tags");
      instance.tags().forEach(tags::add);
      texts(node, "settings", instance.settings());
      Evidence evidence = instance.evidence();
      node.putObject("evidence")
          .put("value", evidence.value().name())
          .put("source", evidence.source().name())
          .put("detail", evidence.detail())
          .put("ageMillis", Math.max(0, nowMillis - evidence.atMillis()));
    }
    return root;
  }

  /**
   * Reads them.
   *
   * @param nowMillis of the clock to time the evidence with
   * @throws IllegalArgumentException when it is not what {@link #write} made
   */
  public static List<Instance> read(ServiceKey service, JsonNode root, long nowMillis) {
    List<Instance> instances = new ArrayList<>();
    for (JsonNode node : root.path("instances")) {
      JsonNode evidence = node.path("evidence");
      List<String> tags = new ArrayList<>();
      node.path("tags").forEach(tag -> tags.add(tag.asText()));
      instances.add(
          new Instance(
              node.path("id").asText(),
              service,
              new Address(node.path("host").asText(), node.path("port").asInt()),
              node.path("weight").asInt(),
              texts(node.path("meta")),
              tags,
              texts(node.path("settings")),
              new Evidence(
                  Evidence.Health.valueOf(evidence.path("value").asText()),
                  Evidence.Source.valueOf(evidence.path("source").asText()),
                  evidence.path("detail").asText(),
                  nowMillis - evidence.path("ageMillis").asLong())));
    }
    return instances;
  }

  /**
   * The same instances, their health as something remembered: nobody has confirmed it since. A
   * registration without a check claims nothing that could have changed.
   */
  public static List<Instance> restored(List<Instance> instances) {
    return instances.stream().map(CatalogForm::restored).toList();
  }

  private static Instance restored(Instance one) {
    Evidence was = one.evidence();
    return was.source() == Evidence.Source.REGISTRATION
        ? one
        : new Instance(
            one.id(),
            one.service(),
            one.address(),
            one.weight(),
            one.meta(),
            one.tags(),
            one.settings(),
            new Evidence(was.value(), Evidence.Source.RESTORED, was.detail(), was.atMillis()));
  }

  private static void texts(ObjectNode node, String field, Map<String, String> texts) {
    ObjectNode object = node.putObject(field);
    texts.forEach(object::put);
  }

  private static Map<String, String> texts(JsonNode object) {
    Map<String, String> texts = new HashMap<>();
    object.properties().forEach(field -> texts.put(field.getKey(), field.getValue().asText()));
    return texts;
  }
}

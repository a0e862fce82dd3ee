package dev.weft.cli.demo;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;

/**
 * What a drill of trust showed.
 *
 * @param drill its name
 * @param requests all that were sent meanwhile
 * @param facts numbers for whoever reads along, in their order
 * @param problems what was not as it has to be, beside requests
 */
record TrustVerdict(
    String drill, Verdict requests, Map<String, Long> facts, List<String> problems) {

  boolean passed() {
    return requests.passed() && problems.isEmpty();
  }

  /** The drill's last line. */
  String json() {
    ObjectNode root = new ObjectMapper().createObjectNode();
    root.put("drill", drill);
    root.put("requests", requests.answers().size());
    root.put("failed", requests.failed().size());
    root.put("duplicates", requests.duplicates().size());
    facts.forEach(root::put);
    problems.forEach(root.putArray("problems")::add);
    return root.toString();
  }
}

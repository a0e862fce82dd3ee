package dev.weft.agent.peering;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.agent.model.Address;
import dev.weft.policy.document.Document;
import dev.weft.policy.document.Fields;
import dev.weft.policy.document.HostLiteral;
import dev.weft.policy.document.Problem;
import dev.weft.policy.document.Validated;
import dev.weft.policy.identity.DnsLabel;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** The content of {@code peers.yaml}. Immutable. */
record PeersDocument(List<Entry> peers) {

  static final int MOST_GATEWAYS = 64;

  /** RFC 1123 section 2.1; a last label of digits would be an address gone wrong. */
  private static final Pattern HOST_NAME =
      Pattern.compile(
          "(?=.{1,253}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?\\.)*"
              + "(?=[^.]*[a-z])[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.?",
          Pattern.CASE_INSENSITIVE);

  /**
   * One configured peer.
   *
   * @param gateways literal addresses and host names
   * @param bundle path of a PEM file, relative to the document's own directory
   */
  record Entry(String cluster, List<Address> gateways, String bundle) {}

  /** Reads it; every problem has its path in the document, or its line and column. */
  static Validated<PeersDocument> read(byte[] text, String ownCluster) {
    List<Problem> problems = new ArrayList<>();
    List<Entry> peers = new ArrayList<>();
    switch (Document.parse(text, Document.Format.YAML)) {
      case Document.Malformed(String message, int line, int column) ->
          problems.add(new Problem("line " + line + ", column " + column, message));
      case Document.Parsed(JsonNode tree) -> {
        Fields document = Fields.of(tree, problems, Set.of("peers"));
        Set<String> seen = new HashSet<>();
        int index = 0;
        for (JsonNode element : document.array("peers")) {
          Fields peer =
              document.element(
                  element, "peers[" + index++ + "]", Set.of("cluster", "gateways", "bundle"));
          peers.add(entry(peer, seen, ownCluster));
        }
      }
    }
    return Validated.of(problems, () -> new PeersDocument(List.copyOf(peers)));
  }

  private static Entry entry(Fields peer, Set<String> seen, String ownCluster) {
    String cluster = peer.requiredText("cluster").orElse("");
    if (!cluster.isEmpty() && !DnsLabel.matches(cluster)) {
      peer.problem(
          "cluster", "expected a DNS label in lower case, found \"" + Fields.brief(cluster) + "\"");
    } else if (cluster.equals(ownCluster)) {
      peer.problem("cluster", "\"" + cluster + "\" is this cluster itself");
    } else if (!cluster.isEmpty() && !seen.add(cluster)) {
      peer.problem("cluster", "\"" + cluster + "\" is there already");
    }
    return new Entry(cluster, gateways(peer), peer.requiredText("bundle").orElse(""));
  }

  private static List<Address> gateways(Fields peer) {
    List<String> texts = peer.texts("gateways");
    if (texts.isEmpty() || texts.size() > MOST_GATEWAYS) {
      peer.problem("gateways", "expected 1 to " + MOST_GATEWAYS + " addresses, host:port");
    }
    List<Address> gateways = new ArrayList<>();
    for (int i = 0; i < texts.size(); i++) {
      try {
        Address address = Address.parse(texts.get(i));
        if (HostLiteral.is(address.host()) || HOST_NAME.matcher(address.host()).matches()) {
          gateways.add(address);
        } else {
          peer.problem(
              "gateways[" + i + "]",
              "expected an IP address or a host name, found \""
                  + Fields.brief(address.host())
                  + "\"");
        }
      } catch (IllegalArgumentException e) {
        peer.problem("gateways[" + i + "]", String.valueOf(e.getMessage()));
      }
    }
    return gateways;
  }
}

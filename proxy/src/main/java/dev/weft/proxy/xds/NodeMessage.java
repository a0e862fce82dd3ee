package dev.weft.proxy.xds;

import com.google.protobuf.ListValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.weft.proxy.bootstrap.Bootstrap;
import io.envoyproxy.envoy.config.core.v3.Node;

/** What the node announces of itself ({@code docs/contract.md}). Pure. */
public final class NodeMessage {
  private NodeMessage() {}

  /**
   * Writes it.
   *
   * @param bootstrap with the ports that are really bound
   * @param version the program's
   */
  public static Node of(Bootstrap bootstrap, String version) {
    Bootstrap.Node node = bootstrap.node();
    Struct.Builder weft =
        Struct.newBuilder()
            .putFields("role", text(node.role().label()))
            .putFields("namespace", text(node.namespace()))
            .putFields("service_account", text(node.serviceAccount()));
    bootstrap
        .inbound()
        .ifPresent(inbound -> {
          ListValue.Builder workloads = ListValue.newBuilder();
          inbound
              .workloads()
              .forEach(workload ->
                  workloads.addValues(
                      Value.newBuilder()
                          .setStructValue(
                              Struct.newBuilder()
                                  .putFields("address", text(workload.toString())))));
          weft.putFields("inbound", text(inbound.address().toString()));
          weft.putFields("workloads", Value.newBuilder().setListValue(workloads).build());
        });
    bootstrap
        .outbound()
        .ifPresent(outbound -> weft.putFields("outbound", text(outbound.toString())));
    bootstrap
        .eastWest()
        .ifPresent(edge -> {
          weft.putFields("east_west", text(edge.address().toString()));
          weft.putFields("east_west_advertise", text(edge.advertise().toString()));
        });
    return Node.newBuilder()
        .setId(node.id())
        .setCluster(node.serviceAccount() + "." + node.namespace())
        .setUserAgentName("weft")
        .setUserAgentVersion(version)
        .addClientFeatures("weft.endpoint-metadata")
        .addClientFeatures("weft.sni-instance")
        .setMetadata(
            Struct.newBuilder().putFields("weft", Value.newBuilder().setStructValue(weft).build()))
        .build();
  }

  private static Value text(String text) {
    return Value.newBuilder().setStringValue(text).build();
  }
}

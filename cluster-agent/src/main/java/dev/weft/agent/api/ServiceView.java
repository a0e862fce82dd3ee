package dev.weft.agent.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A service over all clusters, as seen from here.
 *
 * @param policy the name of what ranks the targets: the failover policy's service, or {@code
 *     default}
 * @param exportedTo peers that may see it
 * @param targets clusters in the order in which they are used from here, then those that are not,
 *     each with the reason
 */
public record ServiceView(
    String namespace,
    String name,
    String protocol,
    String policy,
    List<String> exportedTo,
    List<TargetView> targets,
    List<InstanceView> instances) {

  /**
   * One cluster for this service.
   *
   * @param priority from 0, tried in this order; absent when it is not used
   * @param reason why it stands where it does
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record TargetView(
      String cluster, @Nullable Integer priority, int instances, int healthy, String reason) {}

  /**
   * One instance.
   *
   * @param address where the application listens; absent for a peer's, which is reached through its
   *     gateways
   * @param sni the server name that reaches it; absent for instances of this cluster
   * @param priority of its cluster from here; absent when it gets no traffic
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record InstanceView(
      String id,
      String cluster,
      @Nullable String address,
      @Nullable String sni,
      int weight,
      JoinView join,
      HealthView health,
      @Nullable Integer priority) {}

  /**
   * What it has in front of it.
   *
   * @param state {@code joined}, {@code unmeshed} (not routed to), or {@code imported}: joined in
   *     its own cluster
   * @param reason why it is unmeshed, in few words
   * @param detail the same in full
   * @param node the sidecar's id
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record JoinView(
      String state, @Nullable String reason, @Nullable String detail, @Nullable String node) {}

  /**
   * How it is, who says so, and how old that is.
   *
   * @param value {@code passing}, {@code warning}, {@code critical} or {@code unknown}
   * @param lastKnown what was said before its evidence became too old; absent when {@code value} is
   *     current
   * @param source of the statement
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record HealthView(
      String value,
      @Nullable String lastKnown,
      String source,
      long ageMillis,
      @Nullable String detail) {}
}

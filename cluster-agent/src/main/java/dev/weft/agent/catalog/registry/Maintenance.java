package dev.weft.agent.catalog.registry;

/** Maintenance mode: a check that is critical until somebody ends the mode. Pure. */
final class Maintenance {
  static final String NODE_CHECK = "_node_maintenance";

  private Maintenance() {}

  /** The id of a service's maintenance check. */
  static String checkId(String serviceId) {
    return "_service_maintenance:" + serviceId;
  }

  /**
   * The check.
   *
   * @param serviceId empty: the node
   * @param reason empty: Consul's default text
   */
  static Check check(String serviceId, String reason) {
    boolean node = serviceId.isEmpty();
    return Check.of(
        node ? NODE_CHECK : checkId(serviceId),
        (node ? "Node" : "Service") + " Maintenance Mode",
        serviceId,
        CheckStatus.CRITICAL,
        "",
        reason.isEmpty()
            ? "Maintenance mode is enabled for this "
                + (node ? "node" : "service")
                + ", but no reason was provided. This is a default message."
            : reason,
        CheckDefinition.maintenance());
  }

  /** The change that begins or ends it. */
  static Edit edit(String serviceId, boolean enable, String reason) {
    Check check = check(serviceId, reason);
    return enable ? new Edit.RegisterCheck(check) : new Edit.DropCheck(check.id(), serviceId);
  }
}

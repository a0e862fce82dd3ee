package dev.weft.agent.catalog.registry;

/** What changed between two {@link Contents}. */
sealed interface Change {
  /**
   * A service's instances or their checks came, went or changed.
   *
   * @param registrations whether more than checks changed
   * @param checks whether checks changed
   */
  record OfService(String name, boolean registrations, boolean checks) implements Change {}

  /** The node's checks changed, and with them the health of every service. */
  record OfNode() implements Change {}

  /** A check was defined, or defined anew: it begins. */
  record CheckDefined(Check check) implements Change {}

  /** A check was registered again as it was: a TTL begins anew. */
  record CheckKept(Check check) implements Change {}

  /** A client told the status of a TTL check: its time begins anew. */
  record CheckReported(Check check) implements Change {}

  /** A check is gone. */
  record CheckRemoved(String checkId) implements Change {}

  /** A result came that changed nothing but its age; name of the service, empty for the node. */
  record Renewed(String name) implements Change {}
}

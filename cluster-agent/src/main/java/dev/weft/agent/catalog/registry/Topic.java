package dev.weft.agent.catalog.registry;

import java.util.Locale;

/** What a blocking query watches: its index and what wakes it. */
sealed interface Topic {
  /** Which services and instances there are; not their checks. */
  record Registrations() implements Topic {}

  /** A service's instances. Its index moves with their checks too, which do not wake it. */
  record Catalog(String service) implements Topic {}

  /** A service's instances and all checks that speak for them. */
  record Health(String service) implements Topic {}

  /** The checks of a service's instances. */
  record Checks(String service) implements Topic {}

  /** All checks. */
  record AllChecks() implements Topic {}

  /** The list of nodes, which does not change. */
  record Nodes() implements Topic {}

  /** Nothing that there is. */
  record Nothing() implements Topic {}

  /** As names are compared. */
  static String service(String asked) {
    return asked.toLowerCase(Locale.ROOT);
  }
}

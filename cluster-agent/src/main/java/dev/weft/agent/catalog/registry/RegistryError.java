package dev.weft.agent.catalog.registry;

/**
 * A refused call, with the status and the words that Consul uses for it. No stack trace: it is an
 * answer, not a bug.
 */
final class RegistryError extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final int status;

  RegistryError(int status, String message) {
    super(message, null, false, false);
    this.status = status;
  }

  int status() {
    return status;
  }

  static RegistryError badRequest(String message) {
    return new RegistryError(400, message);
  }

  static RegistryError unknownCheck(String id) {
    return new RegistryError(
        404,
        "Unknown check ID \"" + id + "\". Ensure that the check ID is passed, not the check name.");
  }

  static RegistryError unknownService(String id) {
    return new RegistryError(
        404,
        "Unknown service ID \""
            + id
            + "\". Ensure that the service ID is passed, not the service name.");
  }
}

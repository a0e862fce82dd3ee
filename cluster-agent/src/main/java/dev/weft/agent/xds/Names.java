package dev.weft.agent.xds;

import io.grpc.Status;
import io.grpc.StatusException;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;

/**
 * The resource names that a client asked for of one type, within limits. Confined to the server's
 * thread.
 */
final class Names {
  static final String WILDCARD = "*";
  private static final int MOST = 20_000;
  private static final int LONGEST = 512;

  private final Set<String> names = new HashSet<>();
  private boolean wildcard;

  boolean wildcard() {
    return wildcard;
  }

  void wildcard(boolean now) {
    wildcard = now;
  }

  Set<String> all() {
    return names;
  }

  boolean wants(String name) {
    return wildcard || names.contains(name);
  }

  void add(Collection<String> more) throws StatusException {
    for (String name : more) {
      if (name.length() > LONGEST) {
        throw exhausted("a resource name of " + name.length() + " characters");
      }
      if (name.equals(WILDCARD)) {
        wildcard = true;
      } else {
        names.add(name);
      }
    }
    if (names.size() > MOST) {
      throw exhausted("more than " + MOST + " resource names");
    }
  }

  void remove(Collection<String> less) {
    for (String name : less) {
      if (name.equals(WILDCARD)) {
        wildcard = false;
      } else {
        names.remove(name);
      }
    }
  }

  private static StatusException exhausted(String what) {
    return Status.RESOURCE_EXHAUSTED.withDescription(what).asException();
  }
}

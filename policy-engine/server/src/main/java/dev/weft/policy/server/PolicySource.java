package dev.weft.policy.server;

import dev.weft.policy.authz.RbacPolicy;
import dev.weft.policy.xds.Problem;
import io.quarkus.runtime.Startup;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Reads the policy at start. A file that is missing or malformed ends the start: better no answers
 * than wrong ones.
 */
@Singleton
final class PolicySource {

  @Produces
  @Singleton
  @Startup
  RbacPolicy policy(@ConfigProperty(name = "weft.policy.file") Path file) {
    String text;
    try {
      if (Files.size(file) > 4L * PolicyFile.LONGEST) {
        throw new IllegalStateException("weft.policy.file " + file + ": too large");
      }
      text = Files.readString(file);
    } catch (IOException e) {
      throw new IllegalStateException("weft.policy.file " + file + " cannot be read: " + e, e);
    }
    return switch (PolicyFile.read(text)) {
      case PolicyFile.Read.Accepted(RbacPolicy policy) -> policy;
      case PolicyFile.Read.Refused(var problems) ->
          throw new IllegalStateException(
              problems.stream()
                  .map(Problem::toString)
                  .collect(Collectors.joining("; ", "weft.policy.file " + file + ": ", "")));
    };
  }
}

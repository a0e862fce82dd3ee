package dev.weft.agent.attest;

import dev.weft.agent.model.NodeAnnouncement.Role;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Somebody whose tokens say who a workload is, and who it is then. Immutable.
 *
 * @param name for people
 * @param issuer what {@code iss} has to be
 * @param audiences one of which {@code aud} has to name
 * @param keys where the issuer's JWK set is
 * @param claims what further claims have to be; of a list one element
 * @param services names in the identity's namespace that it may speak for; empty: the service
 *     account's
 * @param review where the issuer is asked whether it takes a token itself; empty: nowhere
 */
record TokenIssuer(
    String name,
    String issuer,
    List<String> audiences,
    Keys keys,
    Map<String, String> claims,
    Mapping mapping,
    Set<String> services,
    Role role,
    Optional<IssuerServer> review) {

  TokenIssuer {
    audiences = List.copyOf(audiences);
    claims = Map.copyOf(claims);
    services = Set.copyOf(services);
  }

  /** Where keys are. Paths are relative to the document's own directory. */
  sealed interface Keys {
    /** In a file. */
    record InFile(String path) implements Keys {}

    /** Fetched. */
    record At(IssuerServer server) implements Keys {}
  }

  /** From a token's claims to namespace and service account. */
  sealed interface Mapping {
    /** {@code sub} is {@code system:serviceaccount:<namespace>:<name>}. */
    record Kubernetes() implements Mapping {}

    /** Each said here, or by a claim. */
    record Named(Source namespace, Source serviceAccount) implements Mapping {}
  }

  /** Where a name comes from. */
  sealed interface Source {
    record Literal(String text) implements Source {}

    record Claim(String name) implements Source {}
  }
}

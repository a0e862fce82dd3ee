package dev.weft.policy.xds;

import com.google.protobuf.Empty;
import dev.weft.policy.jwt.JwtRequirement;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.ProviderWithAudiences;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** {@code envoy.extensions.filters.http.jwt_authn.v3.JwtRequirement}. */
final class JwtRequirementCodec {
  /** Deeper ones are refused: they are gone through by recursion. */
  static final int MOST_DEPTH = 16;

  private static final Set<String> UNDERSTOOD =
      Set.of(
          "provider_name",
          "provider_and_audiences",
          "requires_any",
          "requires_all",
          "allow_missing_or_failed",
          "allow_missing");

  private final Set<String> providers;

  /**
   * @param providers those that may be named
   */
  JwtRequirementCodec(Set<String> providers) {
    this.providers = providers;
  }

  /** Reads one; what it returns counts only when no problems were added. */
  JwtRequirement decode(
      io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtRequirement proto,
      Problems problems) {
    return decode(proto, 1, problems);
  }

  private JwtRequirement decode(
      io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtRequirement proto,
      int depth,
      Problems problems) {
    problems.refuseAllBut(proto, UNDERSTOOD);
    if (depth > MOST_DEPTH) {
      problems.add("is nested deeper than " + MOST_DEPTH);
      return new JwtRequirement.Nothing();
    }
    return switch (proto.getRequiresTypeCase()) {
      case PROVIDER_NAME ->
          provider(proto.getProviderName(), List.of(), problems.field("provider_name"));
      case PROVIDER_AND_AUDIENCES -> {
        ProviderWithAudiences one = proto.getProviderAndAudiences();
        Problems at = problems.field("provider_and_audiences");
        at.refuseAllBut(one, Set.of("provider_name", "audiences"));
        yield provider(one.getProviderName(), one.getAudiencesList(), at.field("provider_name"));
      }
      case REQUIRES_ANY ->
          new JwtRequirement.AnyOf(
              all(
                  proto.getRequiresAny().getRequirementsList(),
                  depth,
                  problems.field("requires_any").field("requirements")));
      case REQUIRES_ALL ->
          new JwtRequirement.AllOf(
              all(
                  proto.getRequiresAll().getRequirementsList(),
                  depth,
                  problems.field("requires_all").field("requirements")));
      case ALLOW_MISSING_OR_FAILED -> new JwtRequirement.AllowMissingOrFailed();
      case ALLOW_MISSING -> new JwtRequirement.AllowMissing();
      case REQUIRESTYPE_NOT_SET -> new JwtRequirement.Nothing();
    };
  }

  private JwtRequirement provider(String name, List<String> audiences, Problems problems) {
    if (!providers.contains(name)) {
      problems.add("is not among providers");
    }
    return new JwtRequirement.Provider(name, audiences);
  }

  private List<JwtRequirement> all(
      List<io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtRequirement> protos,
      int depth,
      Problems problems) {
    if (protos.size() < 2) {
      problems.add("needs at least two");
    }
    List<JwtRequirement> all = new ArrayList<>();
    for (int i = 0; i < protos.size(); i++) {
      all.add(decode(protos.get(i), depth + 1, problems.item(i)));
    }
    return all;
  }

  static io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtRequirement encode(
      JwtRequirement requirement) {
    var proto =
        io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtRequirement.newBuilder();
    switch (requirement) {
      case JwtRequirement.Nothing nothing -> {}
      case JwtRequirement.Provider(String name, var audiences) -> {
        if (audiences.isEmpty()) {
          proto.setProviderName(name);
        } else {
          proto.getProviderAndAudiencesBuilder().setProviderName(name).addAllAudiences(audiences);
        }
      }
      case JwtRequirement.AnyOf(var all) ->
          proto.getRequiresAnyBuilder().addAllRequirements(encodeAll(all));
      case JwtRequirement.AllOf(var all) ->
          proto.getRequiresAllBuilder().addAllRequirements(encodeAll(all));
      case JwtRequirement.AllowMissing missing -> proto.setAllowMissing(Empty.getDefaultInstance());
      case JwtRequirement.AllowMissingOrFailed any ->
          proto.setAllowMissingOrFailed(Empty.getDefaultInstance());
    }
    return proto.build();
  }

  private static List<io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtRequirement>
      encodeAll(List<JwtRequirement> all) {
    return all.stream().map(JwtRequirementCodec::encode).toList();
  }
}

package dev.weft.policy.istio.decide.xds;

import dev.weft.policy.authz.RbacPolicy;
import dev.weft.policy.jwt.JwtPolicy;
import dev.weft.policy.match.MetadataMatcher;
import org.jspecify.annotations.Nullable;

/** A filter of the chain to the application, without protobuf. */
public sealed interface Step {

  /**
   * Tokens that are there have to be valid.
   *
   * @param policy its rules match by a prefix of the path
   * @param decides false: nothing is refused or changed, and only providers are told of it
   */
  record Tokens(JwtPolicy<String> policy, boolean decides) implements Step {}

  /**
   * Rules.
   *
   * @param filter its name
   * @param enforced {@code null}: none
   * @param shadow what is only told; {@code null}: none
   * @param shadowPrefix in front of what these tell
   */
  record Rules(
      String filter,
      @Nullable RbacPolicy enforced,
      @Nullable RbacPolicy shadow,
      String shadowPrefix)
      implements Step {}

  /**
   * A provider is asked.
   *
   * @param when whether it is, by what the filters in front told
   */
  record Ask(String provider, MetadataMatcher when) implements Step {}
}

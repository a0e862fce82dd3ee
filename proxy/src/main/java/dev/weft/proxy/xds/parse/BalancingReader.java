package dev.weft.proxy.xds.parse;

import com.google.protobuf.Message;
import com.google.protobuf.UInt32Value;
import dev.weft.policy.xds.Problems;
import dev.weft.proxy.config.UpstreamConfig.Balancing;
import dev.weft.v1.SniInstance;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.cluster.v3.LoadBalancingPolicy;
import io.envoyproxy.envoy.extensions.load_balancing_policies.least_request.v3.LeastRequest;
import io.envoyproxy.envoy.extensions.load_balancing_policies.random.v3.Random;
import io.envoyproxy.envoy.extensions.load_balancing_policies.round_robin.v3.RoundRobin;

/** {@code load_balancing_policy}, and {@code lb_policy} where that is not set. */
final class BalancingReader {
  private BalancingReader() {}

  static Balancing read(Cluster proto, Problems problems) {
    var leastRequest = proto.getLeastRequestLbConfig();
    twoChoices(
        leastRequest.hasChoiceCount(),
        leastRequest.getChoiceCount(),
        problems.field("least_request_lb_config"));
    if (proto.hasLoadBalancingPolicy()) {
      return firstSupported(
          proto.getLoadBalancingPolicy(),
          problems.field("load_balancing_policy").field("policies"));
    }
    return switch (proto.getLbPolicy()) {
      case ROUND_ROBIN -> Balancing.ROUND_ROBIN;
      case LEAST_REQUEST -> Balancing.LEAST_REQUEST;
      case RANDOM -> Balancing.RANDOM;
      case RING_HASH, MAGLEV, CLUSTER_PROVIDED, LOAD_BALANCING_POLICY_CONFIG, UNRECOGNIZED -> {
        problems.field("lb_policy").add("is not supported: " + proto.getLbPolicyValue());
        yield Balancing.ROUND_ROBIN;
      }
    };
  }

  private static Balancing firstSupported(LoadBalancingPolicy proto, Problems problems) {
    boolean bySni = false;
    for (int i = 0; i < proto.getPoliciesCount(); i++) {
      Problems at = problems.item(i).field("typed_extension_config").field("typed_config");
      Message typed =
          TypedConfigs.unpack(proto.getPolicies(i).getTypedExtensionConfig().getTypedConfig());
      switch (typed) {
        // What no instance's name matches is balanced by the next policy of the list.
        case SniInstance sni -> bySni = true;
        case RoundRobin roundRobin -> {
          return bySni ? Balancing.SNI_INSTANCE : Balancing.ROUND_ROBIN;
        }
        case LeastRequest leastRequest -> {
          twoChoices(leastRequest.hasChoiceCount(), leastRequest.getChoiceCount(), at);
          return notBehindSni(bySni, Balancing.LEAST_REQUEST, at);
        }
        case Random random -> {
          return notBehindSni(bySni, Balancing.RANDOM, at);
        }
        case null, default -> {}
      }
    }
    if (!bySni) {
      problems.add("none of the policies is supported");
    }
    return Balancing.SNI_INSTANCE;
  }

  private static Balancing notBehindSni(boolean bySni, Balancing balancing, Problems problems) {
    if (bySni) {
      problems.add("only RoundRobin is supported behind SniInstance");
    }
    return balancing;
  }

  private static void twoChoices(boolean set, UInt32Value choices, Problems problems) {
    Numbers.uint32(set, choices, 2, 2, 2, problems.field("choice_count"));
  }
}

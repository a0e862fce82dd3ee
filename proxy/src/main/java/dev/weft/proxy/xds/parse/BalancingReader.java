package dev.weft.proxy.xds.parse;

import com.google.protobuf.Message;
import com.google.protobuf.UInt32Value;
import com.google.protobuf.UInt64Value;
import dev.weft.policy.xds.Problems;
import dev.weft.proxy.config.BalancingOptions;
import dev.weft.proxy.config.Subsets;
import dev.weft.proxy.config.UpstreamConfig.Balancing;
import dev.weft.v1.SniInstance;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.cluster.v3.Cluster.RingHashLbConfig.HashFunction;
import io.envoyproxy.envoy.config.cluster.v3.LoadBalancingPolicy;
import io.envoyproxy.envoy.extensions.load_balancing_policies.least_request.v3.LeastRequest;
import io.envoyproxy.envoy.extensions.load_balancing_policies.random.v3.Random;
import io.envoyproxy.envoy.extensions.load_balancing_policies.round_robin.v3.RoundRobin;
import java.math.BigInteger;

/** {@code load_balancing_policy}, and {@code lb_policy} where that is not set. */
final class BalancingReader {
  private BalancingReader() {}

  /** The kind of balancing and what belongs to it. */
  record Balanced(Balancing kind, BalancingOptions options) {}

  static Balanced read(Cluster proto, Problems problems) {
    Balancing kind = kind(proto, problems);
    boolean old = !proto.hasLoadBalancingPolicy();
    only(proto.hasRingHashLbConfig(), kind == Balancing.RING_HASH, problems, "ring_hash_lb_config");
    only(proto.hasMaglevLbConfig(), kind == Balancing.MAGLEV, problems, "maglev_lb_config");
    only(proto.hasLbSubsetConfig(), old, problems, "lb_subset_config");
    return new Balanced(kind, options(proto, problems));
  }

  private static void only(boolean set, boolean fits, Problems problems, String field) {
    if (set && !fits) {
      problems.field(field).add("is not supported with this balancing");
    }
  }

  private static BalancingOptions options(Cluster proto, Problems problems) {
    var ring = proto.getRingHashLbConfig();
    Problems ringAt = problems.field("ring_hash_lb_config");
    int least = ring(ring.hasMinimumRingSize(), ring.getMinimumRingSize(), 1024, ringAt, "minimum");
    int most =
        ring(
            ring.hasMaximumRingSize(),
            ring.getMaximumRingSize(),
            BalancingOptions.MAX_RING,
            ringAt,
            "maximum");
    if (least > most) {
      ringAt.field("maximum_ring_size").add("is below minimum_ring_size");
    }
    if (ring.getHashFunction() == HashFunction.MURMUR_HASH_2) {
      ringAt.field("hash_function").add("is not supported: " + ring.getHashFunctionValue());
    }
    Problems tableAt = problems.field("maglev_lb_config").field("table_size");
    var maglev = proto.getMaglevLbConfig();
    long table = maglev.hasTableSize() ? maglev.getTableSize().getValue() : 65_537;
    int size = Numbers.within(table, 3, 5_000_011, 65_537, tableAt);
    if (!BigInteger.valueOf(size).isProbablePrime(50)) {
      tableAt.add("is not a prime: " + size);
    }
    return new BalancingOptions(
        least,
        most,
        size,
        proto.hasLbSubsetConfig()
            ? SubsetsReader.read(proto.getLbSubsetConfig(), problems.field("lb_subset_config"))
            : Subsets.NONE);
  }

  private static int ring(
      boolean set, UInt64Value value, int whenUnset, Problems problems, String which) {
    return set
        ? Numbers.within(
            value.getValue(),
            1,
            BalancingOptions.MAX_RING,
            whenUnset,
            problems.field(which + "_ring_size"))
        : whenUnset;
  }

  private static Balancing kind(Cluster proto, Problems problems) {
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
      case RING_HASH -> Balancing.RING_HASH;
      case MAGLEV -> Balancing.MAGLEV;
      case CLUSTER_PROVIDED, LOAD_BALANCING_POLICY_CONFIG, UNRECOGNIZED -> {
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

package dev.weft.proxy.xds.parse;

import com.google.protobuf.Message;
import com.google.protobuf.UInt32Value;
import com.google.protobuf.UInt64Value;
import dev.weft.policy.xds.Problems;
import dev.weft.proxy.config.BalancingOptions;
import dev.weft.proxy.config.BalancingOptions.RingHash;
import dev.weft.proxy.config.Subsets;
import dev.weft.proxy.config.UpstreamConfig.Balancing;
import dev.weft.v1.SniInstance;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.cluster.v3.LoadBalancingPolicy;
import io.envoyproxy.envoy.extensions.load_balancing_policies.least_request.v3.LeastRequest;
import io.envoyproxy.envoy.extensions.load_balancing_policies.random.v3.Random;
import io.envoyproxy.envoy.extensions.load_balancing_policies.round_robin.v3.RoundRobin;
import java.math.BigInteger;

/** {@code load_balancing_policy}, and {@code lb_policy} where that is not set. */
final class BalancingReader {
  private static final int MAX_CHOICES = 1000;

  private BalancingReader() {}

  /** The kind of balancing and what belongs to it. */
  record Balanced(Balancing kind, BalancingOptions options) {}

  /**
   * What lb_policy or load_balancing_policy says.
   *
   * @param choices of least-request balancing
   */
  private record Chosen(Balancing kind, int choices) {}

  static Balanced read(Cluster proto, Problems problems) {
    Chosen chosen = chosen(proto, problems);
    Balancing kind = chosen.kind();
    boolean old = !proto.hasLoadBalancingPolicy();
    only(proto.hasRingHashLbConfig(), kind == Balancing.RING_HASH, problems, "ring_hash_lb_config");
    only(proto.hasMaglevLbConfig(), kind == Balancing.MAGLEV, problems, "maglev_lb_config");
    only(proto.hasLbSubsetConfig(), old, problems, "lb_subset_config");
    return new Balanced(kind, options(proto, chosen.choices(), problems));
  }

  private static void only(boolean set, boolean fits, Problems problems, String field) {
    if (set && !fits) {
      problems.field(field).add("is not supported with this balancing");
    }
  }

  private static BalancingOptions options(Cluster proto, int choices, Problems problems) {
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
        switch (ring.getHashFunction()) {
          case MURMUR_HASH_2 -> RingHash.MURMUR_HASH_2;
          // What is not recognised FieldCheck has reported already.
          case XX_HASH, UNRECOGNIZED -> RingHash.XX_HASH;
        },
        size,
        choices,
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

  private static Chosen chosen(Cluster proto, Problems problems) {
    var leastRequest = proto.getLeastRequestLbConfig();
    int choices =
        choices(
            leastRequest.hasChoiceCount(),
            leastRequest.getChoiceCount(),
            problems.field("least_request_lb_config"));
    if (proto.hasLoadBalancingPolicy()) {
      return firstSupported(
          proto.getLoadBalancingPolicy(),
          problems.field("load_balancing_policy").field("policies"));
    }
    return new Chosen(kind(proto, problems), choices);
  }

  private static Balancing kind(Cluster proto, Problems problems) {
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

  private static Chosen firstSupported(LoadBalancingPolicy proto, Problems problems) {
    boolean bySni = false;
    for (int i = 0; i < proto.getPoliciesCount(); i++) {
      Problems at = problems.item(i).field("typed_extension_config");
      if (!proto.getPolicies(i).hasTypedExtensionConfig()) {
        at.add("is required");
      }
      at = at.field("typed_config");
      Message typed =
          TypedConfigs.unpack(proto.getPolicies(i).getTypedExtensionConfig().getTypedConfig());
      switch (typed) {
        // What no instance's name matches is balanced by the next policy of the list.
        case SniInstance sni -> bySni = true;
        case RoundRobin roundRobin -> {
          return any(bySni ? Balancing.SNI_INSTANCE : Balancing.ROUND_ROBIN);
        }
        case LeastRequest leastRequest -> {
          int choices = choices(leastRequest.hasChoiceCount(), leastRequest.getChoiceCount(), at);
          return new Chosen(notBehindSni(bySni, Balancing.LEAST_REQUEST, at), choices);
        }
        case Random random -> {
          return any(notBehindSni(bySni, Balancing.RANDOM, at));
        }
        case null, default -> {}
      }
    }
    if (!bySni) {
      problems.add("none of the policies is supported");
    }
    return any(Balancing.SNI_INSTANCE);
  }

  private static Chosen any(Balancing kind) {
    return new Chosen(kind, BalancingOptions.DEFAULT.choices());
  }

  private static Balancing notBehindSni(boolean bySni, Balancing balancing, Problems problems) {
    if (bySni) {
      problems.add("only RoundRobin is supported behind SniInstance");
    }
    return balancing;
  }

  private static int choices(boolean set, UInt32Value choices, Problems problems) {
    return Numbers.uint32(set, choices, 2, 2, MAX_CHOICES, problems.field("choice_count"));
  }
}

package dev.weft.policy.xds;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.policy.authz.RandomPolicies;
import dev.weft.policy.authz.RandomPolicies.Request;
import dev.weft.policy.authz.RbacPolicy;
import dev.weft.policy.xds.RbacCodec.Layer;
import io.envoyproxy.envoy.config.rbac.v3.RBAC;
import java.util.List;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class RbacCodecLawsTest {

  @Property(tries = 500)
  void decodingWhatWasEncodedGivesTheSame(@ForAll("policies") RbacPolicy policy) {
    Problems problems = Problems.at("");
    assertThat(RbacCodec.decode(RbacCodec.encode(policy), Layer.HTTP, problems)).isEqualTo(policy);
    assertThat(problems.found()).isEmpty();
  }

  @Property(tries = 500)
  void anyBytesThatAreAMessageAreDecodedOrRefusedButNeverThrow(
      @ForAll byte[] noise, @ForAll("policies") RbacPolicy policy) throws Exception {
    byte[] bytes = RbacCodec.encode(policy).toByteArray();
    for (int i = 0; i < Math.min(noise.length, 8) && bytes.length > 0; i++) {
      bytes[(noise[i] & 0xff) * bytes.length / 256] ^= noise[i];
    }
    RBAC proto;
    try {
      proto = RBAC.parseFrom(bytes);
    } catch (com.google.protobuf.InvalidProtocolBufferException notAMessage) {
      return;
    }
    Problems problems = Problems.at("");
    RbacPolicy decoded = RbacCodec.decode(proto, Layer.NETWORK, problems);
    assertThat(decoded == null).isEqualTo(!problems.found().isEmpty());
  }

  @Property(tries = 200)
  void whatWasEncodedDecidesTheSame(
      @ForAll("policies") RbacPolicy policy, @ForAll("requests") List<Request> requests) {
    RbacPolicy decoded =
        RbacCodec.decode(RbacCodec.encode(policy), Layer.HTTP, Problems.at("rules"));
    assertThat(decoded).isNotNull();
    for (Request one : requests) {
      assertThat(decoded.decide(one.connection(), one.headers(), one.metadata()))
          .isEqualTo(policy.decide(one.connection(), one.headers(), one.metadata()));
    }
  }

  @Provide
  Arbitrary<RbacPolicy> policies() {
    return RandomPolicies.policies(4);
  }

  @Provide
  Arbitrary<List<Request>> requests() {
    return RandomPolicies.requests().list().ofSize(5);
  }
}

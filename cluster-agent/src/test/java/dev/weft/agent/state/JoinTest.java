package dev.weft.agent.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.agent.model.Enrolment;
import dev.weft.agent.model.Evidence.Health;
import dev.weft.agent.model.Instance;
import dev.weft.policy.identity.SpiffeId;
import java.util.Set;
import org.junit.jupiter.api.Test;

class JoinTest {
  private final MeshStateBuilder mesh =
      new MeshStateBuilder().instance("payments", "payments-1", 9001, Health.PASSING);

  @Test
  void aRegistrationWithoutSidecarSaysWhatIsMissing() {
    assertThat(payments())
        .isInstanceOfSatisfying(
            JoinedInstance.Unmeshed.class,
            unmeshed ->
                assertThat(unmeshed.detail()).isEqualTo("no sidecar fronts 127.0.0.1:9001"));
  }

  @Test
  void aNameThatTheMeshCannotSpeakIsSaidToBeOne() {
    MeshState state =
        new MeshStateBuilder().instance("Pay ments", "x", 9001, Health.PASSING).build();
    Instance instance = state.instances().get(MeshStateBuilder.key("Pay ments")).get("x");
    assertThat(Join.of(state).join(instance))
        .isInstanceOfSatisfying(
            JoinedInstance.Unmeshed.class,
            unmeshed -> assertThat(unmeshed.reason()).isEqualTo(JoinedInstance.Reason.NOT_A_LABEL));
  }

  @Test
  void aSidecarOfAnotherServiceCannotFrontIt() {
    mesh.sidecar("orders-1", "orders", 15006, 9001);
    assertThat(payments())
        .isInstanceOfSatisfying(
            JoinedInstance.Unmeshed.class,
            unmeshed -> {
              assertThat(unmeshed.reason()).isEqualTo(JoinedInstance.Reason.IDENTITY_MISMATCH);
              assertThat(unmeshed.detail()).contains("sa/orders", "sa/payments");
            });
  }

  @Test
  void anIdentityEnrolledForOtherServicesOnlyCannotFrontIt() {
    mesh.sidecar("payments-1", "payments", 15006, 9001);
    mesh.with(
        new Delta.Enrolled(
            new Enrolment(
                new SpiffeId(MeshStateBuilder.EAST, "default", "payments"), Set.of("ledger"))));
    assertThat(payments())
        .isInstanceOfSatisfying(
            JoinedInstance.Unmeshed.class,
            unmeshed ->
                assertThat(unmeshed.reason()).isEqualTo(JoinedInstance.Reason.NOT_ENROLLED));
  }

  @Test
  void aCertificateIsEnoughWhereTheEnrolmentWasLost() {
    mesh.with(new Delta.NodeUp(MeshStateBuilder.node("payments-1", "payments", 15006, true, 9001)));
    assertThat(payments()).isInstanceOf(JoinedInstance.Meshed.class);
  }

  @Test
  void oneThatFitsIsTakenEvenIfAnotherAnnouncesTheSame() {
    mesh.sidecar("a-liar", "orders", 15106, 9001).sidecar("payments-1", "payments", 15006, 9001);
    assertThat(payments())
        .isInstanceOfSatisfying(
            JoinedInstance.Meshed.class,
            meshed -> assertThat(meshed.sidecar().nodeId()).isEqualTo("payments-1"));
  }

  private JoinedInstance payments() {
    MeshState state = mesh.build();
    Instance instance = state.instances().get(MeshStateBuilder.key("payments")).get("payments-1");
    return Join.of(state).join(instance);
  }
}

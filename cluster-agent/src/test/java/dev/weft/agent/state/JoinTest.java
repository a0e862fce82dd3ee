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

  @Test
  void anInstanceIsRoutedToWhenItsSidecarServesIt() {
    mesh.with(new Delta.NodeServes("payments-1", Set.of("9002.payments.default.east.demo")));
    mesh.sidecar("payments-1", "payments", 15006, 9001);
    assertThat(payments())
        .isInstanceOfSatisfying(
            JoinedInstance.Awaited.class,
            awaited ->
                assertThat(awaited.serverName()).isEqualTo("9001.payments.default.east.demo"));
    mesh.with(new Delta.NodeServes("payments-1", Set.of("9001.payments.default.east.demo")));
    assertThat(payments()).isInstanceOf(JoinedInstance.Meshed.class);
  }

  @Test
  void peersAreToldOfAnInstanceThatOneGatewayPassesOn() {
    mesh.sidecar("payments-1", "payments", 15006, 9001);
    assertThat(exported()).as("no gateway").isFalse();
    mesh.with(new Delta.NodeServes("gateway-1", Set.of()));
    mesh.with(new Delta.NodeUp(MeshStateBuilder.gateway("gateway-1", 15443)));
    assertThat(exported()).as("a gateway without anything").isFalse();
    mesh.with(new Delta.NodeServes("gateway-1", Set.of("*.payments.default.east.demo")));
    assertThat(exported()).as("a chain without hosts").isFalse();
    mesh.with(
        new Delta.NodeServes(
            "gateway-1",
            Set.of("*.payments.default.east.demo", "payments-2.9001.payments.default.east.demo")));
    assertThat(exported()).as("another instance").isFalse();
    mesh.with(
        new Delta.NodeServes(
            "gateway-1",
            Set.of("*.payments.default.east.demo", "payments-1.9001.payments.default.east.demo")));
    assertThat(exported()).isTrue();
    mesh.with(
        new Delta.NodeServes(
            "gateway-1",
            Set.of("*.payments.default.east.demo", "9001.payments.default.east.demo")));
    assertThat(exported()).as("a gateway that does not tell instances apart").isTrue();
  }

  private boolean exported() {
    return payments() instanceof JoinedInstance.Meshed meshed
        && Join.of(mesh.build()).exported(meshed);
  }

  private JoinedInstance payments() {
    MeshState state = mesh.build();
    Instance instance = state.instances().get(MeshStateBuilder.key("payments")).get("payments-1");
    return Join.of(state).join(instance);
  }
}

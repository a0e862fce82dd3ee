package dev.weft.agent.xds;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import dev.weft.agent.compile.Resource;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ServedNamesTest {
  private final ServedNames fresh = new ServedNames(Set.of());

  @Test
  void aNameCountsFromItsAcknowledgement() {
    fresh.sent("1", List.of(inbound("a")), List.of());
    assertThat(fresh.all()).isEmpty();
    fresh.answered("1", false);
    assertThat(fresh.all()).containsExactly("a");
  }

  @Test
  void aNameThatIsTakenAwayCountsNoLongerFromWhenThatIsSent() {
    has("a", "b");
    fresh.sent("2", List.of(inbound("a")), List.of());
    assertThat(fresh.all()).containsExactly("a");
    fresh.sent("3", List.of(inbound("a", "b")), List.of());
    assertThat(fresh.all()).containsExactly("a");
    fresh.answered("2", false);
    assertThat(fresh.all()).containsExactly("a");
    fresh.answered("3", false);
    assertThat(fresh.all()).containsExactlyInAnyOrder("a", "b");
  }

  @Test
  void aRemovedResourceServesNothingWhateverIsAcknowledgedLate() {
    fresh.sent("1", List.of(inbound("a")), List.of());
    fresh.sent("2", List.of(), List.of("inbound"));
    fresh.answered("1", false);
    assertThat(fresh.all()).isEmpty();
  }

  @Test
  void anAnswerCountsForTheResponsesBefore() {
    fresh.sent("1", List.of(inbound("a")), List.of());
    fresh.sent("2", List.of(resource("other", "o")), List.of());
    fresh.answered("2", false);
    assertThat(fresh.all()).containsExactlyInAnyOrder("a", "o");
  }

  @Test
  void aRefusalLeavesWhatWas() {
    has("a");
    fresh.sent("2", List.of(inbound("a", "b")), List.of());
    fresh.answered("2", true);
    assertThat(fresh.all()).containsExactly("a");
    fresh.answered("unknown", false);
    assertThat(fresh.all()).containsExactly("a");
  }

  @Test
  void whatIsKnownFromBeforeHoldsUntilTheFirstAnswer() {
    ServedNames again = new ServedNames(Set.of("a"));
    again.sent("1", List.of(inbound("a", "b")), List.of());
    assertThat(again.all()).containsExactly("a");
    again.answered("1", false);
    assertThat(again.all()).containsExactlyInAnyOrder("a", "b");
  }

  @Test
  void whereNothingIsKnownAnOldNodeIsTakenToServeAll() {
    ServedNames archived = new ServedNames(null);
    archived.sent("1", List.of(inbound("a")), List.of());
    assertThat(archived.all()).containsExactly("a");
  }

  @Test
  void aVersionThatTheClientKeptCounts() {
    fresh.has(inbound("a"));
    assertThat(fresh.all()).containsExactly("a");
  }

  private void has(String... names) {
    fresh.sent("1", List.of(inbound(names)), List.of());
    fresh.answered("1", false);
  }

  private static Resource inbound(String... names) {
    return resource("inbound", names);
  }

  private static Resource resource(String name, String... names) {
    return new Resource(name, "v", Any.getDefaultInstance(), Set.of(names));
  }
}

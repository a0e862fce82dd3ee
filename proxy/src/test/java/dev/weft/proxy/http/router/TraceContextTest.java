package dev.weft.proxy.http.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.config.Tracing;
import dev.weft.proxy.config.Tracing.Sampling;
import dev.weft.proxy.http.HeaderList;
import dev.weft.proxy.telemetry.TraceContext;
import java.util.HexFormat;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** W3C Trace Context level 1 and B3, as a hop between two others. */
final class TraceContextTest {
  private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
  private static final String SPAN = "00f067aa0ba902b7";
  private static final Sampling ALL = new Sampling(Tracing.ALL, Tracing.ALL, Tracing.ALL);
  private static final Sampling NONE = new Sampling(Tracing.ALL, 0, Tracing.ALL);

  private final SplittableRandom random = new SplittableRandom(7);

  private TraceContext begin(HeaderList headers, Sampling sampling) {
    return TraceHeaders.begin(headers, sampling, "", random);
  }

  @Test
  void aTraceGoesOnWithASpanOfThisHop() {
    HeaderList headers =
        new HeaderList()
            .add("traceparent", "00-" + TRACE + "-" + SPAN + "-01")
            .add("tracestate", "a=b");
    TraceContext context = begin(headers, NONE);
    assertThat(context.sampled()).isTrue();
    assertThat(context.parent()).isEqualTo(0x00f067aa0ba902b7L);
    assertThat(headers.get("traceparent"))
        .startsWith("00-" + TRACE + "-")
        .endsWith("-01")
        .doesNotContain(SPAN);
    assertThat(headers.get("tracestate")).isEqualTo("a=b");
  }

  @Test
  void theCallersNoHolds() {
    HeaderList headers = new HeaderList().add("traceparent", "00-" + TRACE + "-" + SPAN + "-00");
    assertThat(begin(headers, ALL).sampled()).isFalse();
    assertThat(headers.get("traceparent")).endsWith("-00");
  }

  @Test
  void aTraceThatBeginsHereIsSampledAsConfigured() {
    HeaderList headers = new HeaderList();
    TraceContext first = begin(headers, ALL);
    assertThat(first.sampled()).isTrue();
    assertThat(first.parent()).isZero();
    assertThat(headers.get("traceparent")).matches("00-[0-9a-f]{32}-[0-9a-f]{16}-01");
    assertThat(begin(new HeaderList(), NONE).sampled()).isFalse();
    assertThat(begin(new HeaderList(), new Sampling(Tracing.ALL, Tracing.ALL, 0)).sampled())
        .isFalse();
    int sampled = 0;
    for (int i = 0; i < 10_000; i++) {
      sampled += begin(new HeaderList(), new Sampling(0, 100_000, Tracing.ALL)).sampled() ? 1 : 0;
    }
    assertThat(sampled).isBetween(800, 1_200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "00",
        "ff-" + TRACE + "-" + SPAN + "-01",
        "00-00000000000000000000000000000000-" + SPAN + "-01",
        "00-" + TRACE + "-0000000000000000-01",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-" + SPAN + "-01",
        "00-" + TRACE + "-" + SPAN + "-01-more",
        "00-" + TRACE + "-" + SPAN + "-0x",
        "01-" + TRACE + "-" + SPAN + "-01more",
        "00_" + TRACE + "-" + SPAN + "-01"
      })
  void aBrokenContextIsDroppedWithItsState(String broken) {
    HeaderList headers = new HeaderList().add("traceparent", broken).add("tracestate", "a=b");
    TraceContext context = begin(headers, NONE);
    assertThat(context.parent()).isZero();
    assertThat(headers.get("traceparent")).matches("00-[0-9a-f]{32}-[0-9a-f]{16}-00");
    assertThat(headers.get("traceparent")).doesNotContain(TRACE);
    assertThat(headers.get("tracestate")).isNull();
  }

  @Test
  void aLaterVersionIsUnderstoodAsThisOne() {
    HeaderList headers =
        new HeaderList().add("traceparent", "01-" + TRACE + "-" + SPAN + "-01-later");
    begin(headers, NONE);
    assertThat(headers.get("traceparent")).matches("00-" + TRACE + "-[0-9a-f]{16}-01");
  }

  @Test
  void b3GoesOnInTheFormInWhichItCame() {
    HeaderList single = new HeaderList().add("b3", TRACE + "-" + SPAN + "-1-05e3ac9a4f6e3b90");
    assertThat(begin(single, NONE).sampled()).isTrue();
    assertThat(single.get("b3")).matches(TRACE + "-[0-9a-f]{16}-1");
    assertThat(single.get("traceparent")).isNull();

    HeaderList several =
        new HeaderList()
            .add("x-b3-traceid", "a3ce929d0e0e4736")
            .add("x-b3-spanid", SPAN)
            .add("x-b3-sampled", "0");
    assertThat(begin(several, ALL).sampled()).isFalse();
    assertThat(several.get("x-b3-traceid")).isEqualTo("0000000000000000a3ce929d0e0e4736");
    assertThat(several.get("x-b3-parentspanid")).isEqualTo(SPAN);
    assertThat(several.get("x-b3-spanid")).isNotEqualTo(SPAN);
    assertThat(several.get("x-b3-sampled")).isEqualTo("0");

    // The decision alone, and the decision left to us.
    assertThat(begin(new HeaderList().add("b3", "0"), ALL).sampled()).isFalse();
    assertThat(begin(new HeaderList().add("b3", TRACE + "-" + SPAN), ALL).sampled()).isTrue();
  }

  @Test
  void aClientThatAsksIsSampledForItsSake() {
    assertThat(begin(new HeaderList().add("x-client-trace-id", "mine"), NONE).sampled()).isTrue();
    Sampling deaf = new Sampling(0, 0, Tracing.ALL);
    assertThat(begin(new HeaderList().add("x-client-trace-id", "mine"), deaf).sampled()).isFalse();
    HeaderList refused =
        new HeaderList()
            .add("x-client-trace-id", "mine")
            .add("traceparent", "00-" + TRACE + "-" + SPAN + "-00");
    assertThat(begin(refused, ALL).sampled()).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "0d7b1f7c-5a6d-4e8f-8a1b-2c3d4e5f6a7b, false",
    "0d7b1f7c-5a6d-9e8f-8a1b-2c3d4e5f6a7b, true",
    "0d7b1f7c-5a6d-ae8f-8a1b-2c3d4e5f6a7b, true",
    "0d7b1f7c-5a6d-be8f-8a1b-2c3d4e5f6a7b, true",
    "no id of anybody at all, false",
  })
  void whatAnEnvoyDecidedIsReadFromTheRequestId(String id, boolean sampled) {
    assertThat(TraceHeaders.begin(new HeaderList(), NONE, id, random).sampled()).isEqualTo(sampled);
  }

  @Test
  void anAttemptIsTheParentOfTheNextHop() {
    HeaderList headers =
        new HeaderList()
            .add("traceparent", "00-" + TRACE + "-" + SPAN + "-01")
            .add("b3", TRACE + "-" + SPAN + "-1")
            .add("x-b3-traceid", TRACE)
            .add("x-b3-spanid", SPAN);
    TraceContext hop = begin(headers, ALL);
    long first = TraceHeaders.attemptId(hop, 1);
    long second = TraceHeaders.attemptId(hop, 2);
    assertThat(first).isNotEqualTo(second).isNotEqualTo(hop.span());
    TraceHeaders.attempt(headers, hop, second);
    String id = HexFormat.of().toHexDigits(second);
    assertThat(headers.get("traceparent")).isEqualTo("00-" + TRACE + "-" + id + "-01");
    assertThat(headers.get("b3")).isEqualTo(TRACE + "-" + id + "-1");
    assertThat(headers.get("x-b3-spanid")).isEqualTo(id);
    assertThat(headers.get("x-b3-parentspanid")).isEqualTo(HexFormat.of().toHexDigits(hop.span()));
  }
}

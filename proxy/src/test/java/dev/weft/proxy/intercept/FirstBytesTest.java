package dev.weft.proxy.intercept;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.weft.proxy.config.ProxyVersion;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.EnumSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the first bytes of a connection say, one by one and all at once. */
class FirstBytesTest {
  private static final class Told<T> implements FirstBytes.Listener<T> {
    final AtomicReference<T> decision = new AtomicReference<>();
    String givenUp = "";

    @Override
    public void onDecision(T said) {
      assertThat(decision.getAndSet(said)).isNull();
    }

    @Override
    public void onGivenUp(String why) {
      givenUp = why;
    }
  }

  private static ByteBuf bytes(String text) {
    return Unpooled.copiedBuffer(text, ISO_8859_1);
  }

  private static String rest(EmbeddedChannel channel) {
    StringBuilder rest = new StringBuilder();
    for (ByteBuf part = channel.readInbound(); part != null; part = channel.readInbound()) {
      rest.append(part.toString(ISO_8859_1));
      part.release();
    }
    return rest.toString();
  }

  private static String http(String text, boolean piecemeal) {
    Told<String> told = new Told<>();
    EmbeddedChannel channel =
        new EmbeddedChannel(new HttpInspector(Duration.ofSeconds(1), false, told));
    for (String piece : piecemeal ? text.split("") : new String[] {text}) {
      channel.writeInbound(bytes(piece));
    }
    String passed = rest(channel);
    String said = told.decision.get();
    assertThat(passed).isEqualTo(said == null ? "" : text);
    channel.finishAndReleaseAll();
    return said == null ? "nothing" : said;
  }

  @ParameterizedTest
  @CsvSource({
    "'GET / HTTP/1.1|', http/1.1",
    "'GET / HTTP/1.0|', http/1.0",
    "'M-SEARCH * HTTP/1.1|', http/1.1",
    "'PRI * HTTP/2.0||SM||', h2c",
    "'GET / HTTP/1.2|', ''",
    "'GET /|', ''",
    "'hello', ''",
    "'GET\t/ HTTP/1.1|', ''",
    "' GET / HTTP/1.1|', ''",
    "'ABCDEFGHIJKLMNOPQRSTUVW', ''",
    "'GET / HTTP/1.1', nothing",
    "'PRI * HTTP/2.0|', nothing"
  })
  void httpIsToldByItsFirstLine(String text, String expected) {
    String crlf = text.replace("|", "\r\n");
    assertThat(http(crlf, false)).isEqualTo(expected);
    assertThat(http(crlf, true)).isEqualTo(expected);
  }

  @Test
  void aRequestLineWithoutEndIsNoHttp() {
    assertThat(http("GET /" + "a".repeat(9000), false)).isEmpty();
  }

  @Test
  void aSilentConnectionIsGivenUpOrGoesOn() throws Exception {
    for (boolean goesOn : new boolean[] {true, false}) {
      Told<String> told = new Told<>();
      EmbeddedChannel channel =
          new EmbeddedChannel(new HttpInspector(Duration.ofSeconds(1), goesOn, told));
      channel.advanceTimeBy(2, TimeUnit.SECONDS);
      channel.runScheduledPendingTasks();
      assertThat(told.decision.get()).isEqualTo(goesOn ? "" : null);
      assertThat(told.givenUp.isEmpty()).isEqualTo(goesOn);
      channel.finishAndReleaseAll();
    }
  }

  @ParameterizedTest
  @EnumSource(ProxyVersion.class)
  void aPROXYHeaderIsReadAsItWasWritten(ProxyVersion version) throws Exception {
    for (String ip : new String[] {"10.1.2.3", "2001:db8::7"}) {
      ProxyHeader header =
          new ProxyHeader(
              new InetSocketAddress(InetAddress.getByName(ip), 1234),
              new InetSocketAddress(InetAddress.getByName(ip), 65_535));
      Told<ProxyProtocol.Seen> told = new Told<>();
      EmbeddedChannel channel = new EmbeddedChannel(reader(told));
      ByteBuf written = header.write(version, UnpooledByteBufAllocator.DEFAULT);
      String text = written.toString(ISO_8859_1) + "rest";
      written.release();
      for (String piece : text.split("")) {
        channel.writeInbound(bytes(piece));
      }
      switch (told.decision.get()) {
        case ProxyProtocol.Seen.Header(ProxyHeader read, int length) -> {
          assertThat(read).isEqualTo(header);
          assertThat(length).isEqualTo(text.length() - 4);
        }
        case ProxyProtocol.Seen.Nothing nothing -> fail("nothing");
        case ProxyProtocol.Seen.Refused(String why) -> fail(why);
      }
      assertThat(rest(channel)).isEqualTo("rest");
      channel.finishAndReleaseAll();
    }
  }

  private static ProxyProtocol reader(Told<ProxyProtocol.Seen> told) {
    return new ProxyProtocol(EnumSet.allOf(ProxyVersion.class), false, Duration.ofSeconds(1), told);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET / HTTP/1.1|",
        "PROXY TCP4 1.2.3.4 1.2.3.4 1 2\n",
        "PROXY TCP4 1.2.3.4 1.2.3.4 1|",
        "PROXY TCP4 1.2.3.4 1.2.3.4 1 2 3|",
        "PROXY TCP4 1.2.3.4 1.2.3.4 01 2|",
        "PROXY TCP4 1.2.3.4 1.2.3.4 1 -2|",
        "PROXY TCP4 1.2.3.4 1.2.3.4 1 65536|",
        "PROXY TCP4 ::1 ::1 1 2|",
        "PROXY TCP6 1.2.3.4 1.2.3.4 1 2|",
        "PROXY TCP4  1.2.3.4 1.2.3.4 1 2|",
        "PROXY UDP4 1.2.3.4 1.2.3.4 1 2|",
        "proxy TCP4 1.2.3.4 1.2.3.4 1 2|",
        "PROXY TCP4 1.2.3.4 1.2.3.4 1 2                                                                                                        ",
        "||\0|QUIT\n\u0011\u0011\0\u000c",
        "||\0|QUIT\n\042\u0011\0\u000c",
        "||\0|QUIT\n\u0021\u0031\0\u00d8",
        "||\0|QUIT\n\u0021\u0011\0\u000b",
        "||\0|QUIT\n\u0021\u0021\0\u000c",
        "||\0|QUIT\n\u0021\u0011\u00ff\u00ff"
      })
  void anythingElseIsRefused(String text) {
    Told<ProxyProtocol.Seen> told = new Told<>();
    EmbeddedChannel channel = new EmbeddedChannel(reader(told));
    channel.writeInbound(bytes(text.replace("|", "\r\n")));
    assertThat(told.decision.get()).isInstanceOf(ProxyProtocol.Seen.Refused.class);
    channel.finishAndReleaseAll();
  }
}

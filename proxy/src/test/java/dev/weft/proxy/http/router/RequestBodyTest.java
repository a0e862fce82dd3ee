package dev.weft.proxy.http.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.http.HeaderList;
import dev.weft.proxy.http.RequestHead;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class RequestBodyTest {
  private static FakePools.Try attempt() {
    return new FakePools.Try(
        null, new RequestHead("PUT", "http", "h", "/", new HeaderList()), false, null);
  }

  @Property(tries = 300)
  void everyAttemptGetsTheWholeBodyAndEachByteIsGivenBackOnce(
      @ForAll @Size(max = 12) List<@IntRange(min = 0, max = 1500) Integer> sizes,
      @ForAll @Size(max = 4) List<@IntRange(max = 12) Integer> breaks) {
    RequestBody body = new RequestBody(1 << 20, true);
    List<ByteBuf> sent = new ArrayList<>();
    StringBuilder whole = new StringBuilder();
    FakePools.Try current = attempt();
    int credited = 0;
    for (int i = 0; i < sizes.size(); i++) {
      if (breaks.contains(i)) {
        current = attempt();
        body.rewind();
        credited += body.pump(current);
      }
      String text = String.valueOf((char) ('a' + i)).repeat(sizes.get(i));
      ByteBuf piece = Unpooled.copiedBuffer(text, StandardCharsets.UTF_8);
      whole.append(text);
      sent.add(piece);
      body.add(piece);
      current.writable = i % 3 != 0;
      credited += body.pump(current);
    }
    current.writable = true;
    body.complete(null);
    credited += body.pump(current);

    assertThat(current.received).hasToString(whole.toString());
    assertThat(current.ended).isTrue();
    assertThat(credited).isEqualTo(whole.length());
    assertThat(body.close()).isZero();
    assertThat(sent).allMatch(buffer -> buffer.refCnt() == 0 || buffer == Unpooled.EMPTY_BUFFER);
  }

  @Property(tries = 100)
  void beyondTheBoundNothingIsKept(@ForAll @IntRange(min = 1, max = 40) int pieces) {
    RequestBody body = new RequestBody(10_000, true);
    FakePools.Try current = attempt();
    for (int i = 0; i < pieces; i++) {
      body.add(Unpooled.copiedBuffer("x".repeat(1_000), StandardCharsets.UTF_8));
      body.pump(current);
    }
    assertThat(body.canReplay()).isEqualTo(pieces <= 10);
    body.close();
  }
}

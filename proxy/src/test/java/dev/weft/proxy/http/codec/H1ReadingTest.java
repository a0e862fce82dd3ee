package dev.weft.proxy.http.codec;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** However the bytes of a message are cut, the same is read; and whatever comes, nothing breaks. */
class H1ReadingTest {
  private static final String MESSAGE =
      "POST /a?b HTTP/1.1\r\nHost: x\r\nX-Two: 2\r\nTransfer-Encoding: chunked\r\n\r\n"
          + "5\r\nhello\r\n1;e=1\r\n!\r\n0\r\nX-T: t\r\n\r\n";

  private static H1HeadReader heads() {
    return new H1HeadReader(H1HeadReader.Kind.REQUEST, 1024, 20, new Scratch());
  }

  /** Reads a head and a chunked body; ends with what was found, or how it failed. */
  private static String readAll(List<byte[]> pieces) {
    H1HeadReader heads = heads();
    H1BodyReader bodies = new H1BodyReader(1024, new Scratch());
    ByteBuf in = Unpooled.buffer();
    StringBuilder seen = new StringBuilder();
    boolean inBody = false;
    for (byte[] piece : pieces) {
      in.writeBytes(piece);
      if (!inBody) {
        switch (heads.read(in)) {
          case INCOMPLETE -> {
            continue;
          }
          case MALFORMED, TOO_LARGE -> {
            return "malformed";
          }
          case HEAD -> {
            inBody = true;
            seen.append(heads.method()).append(heads.target()).append(heads.fields().headers());
            bodies.chunked();
          }
        }
      }
      for (H1BodyReader.Step step = bodies.next(in);
          step != H1BodyReader.Step.INCOMPLETE;
          step = bodies.next(in)) {
        switch (step) {
          case DATA, LAST_DATA -> {
            ByteBuf data = bodies.takeData();
            seen.append(data.toString(ISO_8859_1));
            data.release();
          }
          case TRAILERS -> seen.append(bodies.takeTrailers());
          case MALFORMED, INCOMPLETE -> {
            return seen + " malformed";
          }
        }
        if (step != H1BodyReader.Step.DATA) {
          return seen.toString();
        }
      }
    }
    return seen + " incomplete";
  }

  private static List<byte[]> cut(String text, List<Integer> sizes) {
    byte[] bytes = text.getBytes(ISO_8859_1);
    List<byte[]> pieces = new ArrayList<>();
    int at = 0;
    for (int i = 0; at < bytes.length; i++) {
      int size = Math.min(sizes.get(i % sizes.size()), bytes.length - at);
      pieces.add(java.util.Arrays.copyOfRange(bytes, at, at + size));
      at += size;
    }
    return pieces;
  }

  @Provide
  Arbitrary<List<Integer>> sizes() {
    return Arbitraries.integers().between(1, 40).list().ofMinSize(1).ofMaxSize(8);
  }

  @Property(tries = 300)
  void cutsDoNotMatter(@ForAll("sizes") List<Integer> sizes) {
    assertThat(readAll(cut(MESSAGE, sizes)))
        .isEqualTo("POST/a?b[x-two]hello![x-t]")
        .isEqualTo(readAll(List.of(MESSAGE.getBytes(ISO_8859_1))));
  }

  @Provide
  Arbitrary<String> damaged() {
    return Arbitraries.integers()
        .between(0, MESSAGE.length() - 1)
        .flatMap(at ->
            Arbitraries.chars()
                .range('\0', '\u00ff')
                .map(c -> MESSAGE.substring(0, at) + c + MESSAGE.substring(at + 1)));
  }

  @Property(tries = 2000)
  void damageIsReadTheSameInOneAndInManyPieces(
      @ForAll("damaged") String message, @ForAll("sizes") List<Integer> sizes) {
    String whole = readAll(List.of(message.getBytes(ISO_8859_1)));
    String inPieces = readAll(cut(message, sizes));
    // What is told before a fault may differ by where the cut is; the verdict may not.
    assertThat(inPieces.endsWith("malformed")).isEqualTo(whole.endsWith("malformed"));
  }
}

package dev.weft.proxy.intercept;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class ClientHelloTest {

  private final TlsInspector inspector =
      new TlsInspector(
          Duration.ZERO,
          false,
          new FirstBytes.Listener<>() {
            @Override
            public void onDecision(TlsInspector.Seen decision) {}

            @Override
            public void onGivenUp(String why) {}
          });

  private static byte[] record(String serverName, String... alpn) throws Exception {
    SSLEngine engine = SSLContext.getDefault().createSSLEngine();
    engine.setUseClientMode(true);
    SSLParameters parameters = engine.getSSLParameters();
    if (!serverName.isEmpty()) {
      parameters.setServerNames(List.of(new SNIHostName(serverName)));
    }
    parameters.setApplicationProtocols(alpn);
    engine.setSSLParameters(parameters);
    ByteBuffer out = ByteBuffer.allocate(32 * 1024);
    engine.wrap(ByteBuffer.allocate(0), out);
    byte[] bytes = new byte[out.flip().remaining()];
    out.get(bytes);
    return bytes;
  }

  private TlsInspector.Seen examine(byte[] bytes, int length) {
    ByteBuf in = Unpooled.wrappedBuffer(bytes, 0, length);
    return inspector.examine(in);
  }

  @Test
  void nameAndProtocolsAreRead() throws Exception {
    byte[] record = record("Payments.East.demo", "h2", "http/1.1");
    assertThat(examine(record, record.length))
        .isEqualTo(
            new TlsInspector.Seen.Tls(
                new ClientHello("payments.east.demo", List.of("h2", "http/1.1"))));
    byte[] bare = record("");
    assertThat(examine(bare, bare.length))
        .isEqualTo(new TlsInspector.Seen.Tls(new ClientHello("", List.of())));
  }

  @Test
  void partsAreNotEnough() throws Exception {
    byte[] record = record("a.b", "h2");
    for (int length = 0; length < record.length; length++) {
      assertThat(examine(record, length)).isNull();
    }
  }

  @Test
  void aHelloOverSeveralRecordsIsRead() throws Exception {
    byte[] record = record("a.b", "h2");
    ByteArrayOutputStream split = new ByteArrayOutputStream();
    for (int at = 5; at < record.length; at += 50) {
      int length = Math.min(50, record.length - at);
      split.writeBytes(new byte[] {22, 3, 1, 0, (byte) length});
      split.write(record, at, length);
    }
    assertThat(examine(split.toByteArray(), split.size()))
        .isEqualTo(new TlsInspector.Seen.Tls(new ClientHello("a.b", List.of("h2"))));
  }

  @Test
  void plaintextIsKnownByItsFirstByte() {
    assertThat(examine(new byte[] {'G'}, 1)).isEqualTo(new TlsInspector.Seen.Plaintext());
  }

  @Property(tries = 500)
  void damageBreaksNothing(
      @ForAll @IntRange(max = 400) int at, @ForAll byte value, @ForAll @IntRange(max = 400) int cut)
      throws Exception {
    byte[] record = record("a.b", "h2");
    record[Math.min(at, record.length - 1)] = value;
    examine(record, Math.min(cut, record.length));
    examine(record, record.length);
  }
}

package dev.weft.proxy.xds.parse;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.UnknownFieldSet;
import dev.weft.proxy.config.HostPort;
import dev.weft.proxy.tls.TestPki;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/**
 * Whatever comes in, parsing answers; and nothing that is set and not understood is ever accepted.
 */
final class TotalParseTest {
  private static final HostPort ADDRESS = new HostPort("127.0.0.1", 15006);
  private static final List<Message> VALID =
      List.of(
          SampleResources.outbound(ADDRESS, "outbound"),
          SampleResources.inbound(ADDRESS, "9001.a.b.east.demo", "inbound|9001", "east.demo"),
          SampleResources.routes("outbound", "payments.default", "payments.mesh"),
          SampleResources.upstream(
              "a.b", "west", "9001.a.b.west.demo", "spiffe://west.demo/ns/b/sa/a"),
          SampleResources.application("inbound|9001", ADDRESS),
          SampleResources.endpoints("a.b", "west", "x.y", "a-1", ADDRESS),
          SampleResources.trustBundles(Map.of("east.demo", TestPki.of("east.demo").bundlePem())));

  @Test
  void acceptsTheUnchanged() {
    for (Message message : VALID) {
      assertThat(AnyResource.parse(message)).isInstanceOf(Parsed.Accepted.class);
    }
  }

  @Test
  void refusesAnUnknownFieldAtEveryPlace() {
    UnaryOperator<Message> addUnknown =
        message ->
            message.toBuilder()
                .setUnknownFields(
                    UnknownFieldSet.newBuilder()
                        .addField(98_765, UnknownFieldSet.Field.newBuilder().addVarint(1).build())
                        .build())
                .build();
    int places = 0;
    for (Message message : VALID) {
      for (Message changed : changedEverywhere(message, m -> List.of(addUnknown.apply(m)))) {
        assertThat(AnyResource.parse(changed))
            .as("%s", changed)
            .isInstanceOf(Parsed.Rejected.class);
        places++;
      }
    }
    assertThat(places).isGreaterThan(100);
  }

  @Test
  void refusesEveryFieldThatIsNotListedAtEveryPlace() {
    int fields = 0;
    for (Message message : VALID) {
      for (Message changed : changedEverywhere(message, TotalParseTest::withEachUnlistedField)) {
        assertThat(AnyResource.parse(changed))
            .as("%s", changed)
            .isInstanceOf(Parsed.Rejected.class);
        fields++;
      }
    }
    assertThat(fields).isGreaterThan(500);
  }

  private static List<Message> withEachUnlistedField(Message message) {
    List<Message> changed = new ArrayList<>();
    for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
      if (!(message instanceof Any)
          && !UnderstoodFields.all().understands(field)
          && !field.isMapField()) {
        Message.Builder builder = message.toBuilder();
        Object value = AnyResource.value(builder, field);
        if (field.isRepeated()) {
          builder.addRepeatedField(field, value);
        } else {
          builder.setField(field, value);
        }
        changed.add(builder.build());
      }
    }
    return changed;
  }

  /** The message with each of its parts changed in turn, typed configurations included. */
  private static List<Message> changedEverywhere(
      Message message, java.util.function.Function<Message, List<Message>> change) {
    List<Message> all = new ArrayList<>(change.apply(message));
    if (message instanceof Any any) {
      Message inner = TypedConfigs.unpack(any);
      if (inner != null) {
        changedEverywhere(inner, change).forEach(changed -> all.add(Any.pack(changed)));
      }
      return all;
    }
    message
        .getAllFields()
        .forEach((field, value) -> {
          if (field.getJavaType() != FieldDescriptor.JavaType.MESSAGE || field.isMapField()) {
            return;
          }
          if (field.isRepeated()) {
            for (int i = 0; i < message.getRepeatedFieldCount(field); i++) {
              int index = i;
              changedEverywhere((Message) message.getRepeatedField(field, i), change)
                  .forEach(part ->
                      all.add(message.toBuilder().setRepeatedField(field, index, part).build()));
            }
          } else {
            changedEverywhere((Message) value, change)
                .forEach(part -> all.add(message.toBuilder().setField(field, part).build()));
          }
        });
    return all;
  }

  @Property(tries = 2000)
  void neverThrowsOnMutatedBytes(
      @ForAll @IntRange(max = 6) int which,
      @ForAll @Size(min = 1, max = 6) List<@IntRange(min = 0, max = 100_000) Integer> places,
      @ForAll byte value) {
    byte[] bytes = VALID.get(which).toByteArray();
    for (int place : places) {
      bytes[place % bytes.length] ^= (byte) (value | 1);
    }
    assertAnswers(VALID.get(which), bytes);
  }

  @Property(tries = 1000)
  void neverThrowsOnRandomBytes(
      @ForAll @IntRange(max = 6) int which, @ForAll @Size(max = 200) byte[] bytes) {
    assertAnswers(VALID.get(which), bytes);
  }

  private static void assertAnswers(Message prototype, byte[] bytes) {
    Message message;
    try {
      message = prototype.getParserForType().parseFrom(bytes);
    } catch (InvalidProtocolBufferException e) {
      return;
    }
    Parsed<?> parsed = AnyResource.parse(message);
    if (!message.getUnknownFields().asMap().isEmpty()) {
      assertThat(parsed).isInstanceOf(Parsed.Rejected.class);
    }
  }
}

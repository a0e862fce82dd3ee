package dev.weft.proxy.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.Message;
import dev.weft.proxy.oracle.Places.Place;
import dev.weft.proxy.xds.parse.TypedConfigs;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;

/**
 * The resources of the cases with parts exchanged, doubled, left out, and set to strange values:
 * there is always an answer, and it is no where something is set that is not understood.
 *
 * <p>{@code -Dweft.parse.tries=200000} for a long run.
 */
class MutatedParseTest {
  private static final int TRIES = Integer.getInteger("weft.parse.tries", 3000);
  private static final int MOST_CHANGES = 5;
  private static final List<Message> CORPUS = Places.corpus();
  private static final List<Place> PARTS = parts();
  private static final String[] TEXTS = {
    "",
    " ",
    "x",
    "*",
    "/",
    "//",
    ":",
    ":path",
    "%",
    "%%",
    "%REQ(",
    "%REQ(x)%",
    "a\r\nb: c",
    "\0",
    "[",
    "(",
    "a{100000}",
    "(((((((((((a)*)*)*)*)*)*)*)*)*)*)*",
    "\\1",
    "{",
    "/{a=**}/{b}",
    "-1",
    "999999999999999999999",
    "é",
    "localhost",
    "::1",
    "0.0.0.0",
    "256.1.1.1",
    "a".repeat(70_000)
  };
  private static final long[] NUMBERS = {
    0,
    1,
    -1,
    2,
    99,
    100,
    101,
    65_535,
    65_536,
    Integer.MAX_VALUE,
    Integer.MIN_VALUE,
    Long.MAX_VALUE,
    Long.MIN_VALUE,
    315_576_000_001L,
    999_999_999,
    1_000_000_000
  };

  private static List<Place> parts() {
    List<Place> parts = new ArrayList<>();
    CORPUS.forEach(resource -> parts.addAll(Places.of(resource)));
    return parts;
  }

  @Property
  void thereIsAlwaysAnAnswer(@ForAll long seed) {
    // jqwik shrinks a seed to no use; many seeds of its own kind are what finds something.
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < TRIES / 1000; i++) {
      Message resource = CORPUS.get(random.nextInt(CORPUS.size()));
      int changes = random.nextInt(1, MOST_CHANGES + 1);
      for (int change = 0; change < changes; change++) {
        List<Place> places = Places.of(resource);
        Place place = places.get(random.nextInt(places.size()));
        resource = place.with(message -> changed(message, random));
      }
      List<String> refused = Mutants.refused(resource);
      String strange = notUnderstood(resource);
      if (strange != null) {
        assertThat(refused).as("%s in %s", strange, resource).isNotEmpty();
      }
    }
  }

  private static Message changed(Message message, SplittableRandom random) {
    List<FieldDescriptor> fields = message.getDescriptorForType().getFields();
    if (fields.isEmpty()) {
      return message;
    }
    FieldDescriptor field = fields.get(random.nextInt(fields.size()));
    Message.Builder builder = message.toBuilder();
    int present = field.isRepeated() ? message.getRepeatedFieldCount(field) : 0;
    switch (random.nextInt(4)) {
      case 0 -> builder.clearField(field);
      case 1 -> {
        if (present > 0) {
          builder.addRepeatedField(field, message.getRepeatedField(field, random.nextInt(present)));
        }
      }
      case 2 -> {
        if (field.isMapField()) {
          return Places.set(message, field);
        }
        put(builder, field, value(builder, field, random));
      }
      default -> {
        Message other = PARTS.get(random.nextInt(PARTS.size())).message();
        if (other.getDescriptorForType().equals(message.getDescriptorForType())) {
          builder.mergeFrom(other);
        }
      }
    }
    return builder.build();
  }

  private static void put(Message.Builder builder, FieldDescriptor field, Object value) {
    if (field.isRepeated()) {
      builder.addRepeatedField(field, value);
    } else {
      builder.setField(field, value);
    }
  }

  private static Object value(
      Message.Builder builder, FieldDescriptor field, SplittableRandom random) {
    long number = NUMBERS[random.nextInt(NUMBERS.length)];
    String text = TEXTS[random.nextInt(TEXTS.length)];
    return switch (field.getJavaType()) {
      case INT -> (int) number;
      case LONG -> number;
      case FLOAT -> random.nextBoolean() ? Float.NaN : (float) number;
      case DOUBLE -> random.nextBoolean() ? Double.NaN : (double) number;
      case BOOLEAN -> random.nextBoolean();
      case STRING -> text;
      case BYTE_STRING -> ByteString.copyFromUtf8(text);
      case ENUM -> field.getEnumType().findValueByNumberCreatingIfUnknown((int) number % 12);
      case MESSAGE -> part(builder.newBuilderForField(field), random);
    };
  }

  /** One of the kind from another place, a typed configuration, or one filled at random. */
  private static Message part(Message.Builder empty, SplittableRandom random) {
    if (empty instanceof Any.Builder) {
      List<Message> known = List.copyOf(TypedConfigs.known());
      return Any.pack(known.get(random.nextInt(known.size())).getDefaultInstanceForType());
    }
    for (int tries = 0; tries < 20; tries++) {
      Message other = PARTS.get(random.nextInt(PARTS.size())).message();
      if (other.getDescriptorForType().equals(empty.getDescriptorForType())) {
        return other;
      }
    }
    for (FieldDescriptor field : empty.getDescriptorForType().getFields()) {
      if (field.getJavaType() != JavaType.MESSAGE && random.nextBoolean()) {
        put(empty, field, value(empty, field, random));
      }
    }
    return empty.build();
  }

  /** Something that is set and not in the list; what the list lets pass by is not looked at. */
  private static @Nullable String notUnderstood(Message resource) {
    for (Place place : Places.of(resource)) {
      if (place.path().contains("load_balancing_policy") || place.path().contains(".config")) {
        continue;
      }
      for (FieldDescriptor field : Places.unlisted(place.message())) {
        if (place.message().getAllFields().containsKey(field)) {
          return place.path() + "." + field.getName();
        }
      }
    }
    return null;
  }
}

package dev.weft.proxy.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.Message;
import com.google.protobuf.UnknownFieldSet;
import dev.weft.proxy.oracle.Places.Place;
import dev.weft.proxy.xds.parse.TypedConfigs;
import dev.weft.proxy.xds.parse.UnderstoodFields;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Nothing that is not understood is accepted, wherever it stands: the resources of all cases, and
 * what could stand in them, with one thing more at one place at a time.
 */
class StrictParseTest {
  private static final int NO_SUCH_NUMBER = 98_765;

  /** A name, and values whose default is the same as what stands there. */
  private static final Set<String> WITHOUT_EFFECT =
      Set.of(
          "AccessLog.name",
          "Cluster.least_request_lb_config",
          "CombinedCertificateValidationContext.default_validation_context",
          "SdsSecretConfig.sds_config");

  /** One for each message type and the way to it. */
  private static final Map<String, Place> places = new TreeMap<>();

  @BeforeAll
  static void find() {
    for (Message resource : Places.corpus()) {
      Places.of(resource).forEach(StrictParseTest::add);
    }
    // Types that no case has, from the places where they may stand.
    List<Place> next = List.copyOf(places.values());
    while (!next.isEmpty()) {
      List<Place> further = new ArrayList<>();
      Set<String> known = types();
      for (Place place : next) {
        for (Place inside : couldStandIn(place)) {
          if (known.add(type(inside))) {
            add(inside);
            further.add(inside);
          }
        }
      }
      next = further;
    }
  }

  private static void add(Place place) {
    places.putIfAbsent(
        place.put().apply(place.message()).getDescriptorForType().getName()
            + place.path()
            + " "
            + type(place),
        place);
  }

  private static String type(Place place) {
    return place.message().getDescriptorForType().getFullName();
  }

  private static Set<String> types() {
    Set<String> types = new TreeSet<>();
    places.values().forEach(place -> types.add(type(place)));
    return types;
  }

  private static List<Place> couldStandIn(Place place) {
    List<Place> inside = new ArrayList<>();
    List<FieldDescriptor> unlisted = Places.unlisted(place.message());
    for (FieldDescriptor field : place.message().getDescriptorForType().getFields()) {
      if (field.getJavaType() != JavaType.MESSAGE
          || field.isMapField()
          || unlisted.contains(field)) {
        continue;
      }
      Message empty = place.message().toBuilder().newBuilderForField(field).build();
      if (empty instanceof Any) {
        TypedConfigs.known()
            .forEach(
                known -> inside.add(inside(place, field, known.getDefaultInstanceForType(), true)));
      } else if (!Places.isValue(empty)) {
        inside.add(inside(place, field, empty, false));
      }
    }
    return inside;
  }

  private static Place inside(Place place, FieldDescriptor field, Message message, boolean typed) {
    return new Place(
        place.path() + "." + field.getName(),
        message,
        changed -> {
          Message.Builder builder = place.message().toBuilder();
          Message value = typed ? Any.pack(changed) : changed;
          return place
              .put()
              .apply(
                  (field.isRepeated()
                          ? builder.addRepeatedField(field, value)
                          : builder.setField(field, value))
                      .build());
        });
  }

  @Test
  void everyUnderstoodMessageIsReached() {
    assertThat(types()).containsAll(UnderstoodFields.all().byMessage().keySet());
  }

  @Test
  void everyFieldThatIsNotListedIsRefusedByItsName() {
    List<String> taken = new ArrayList<>();
    int fields = 0;
    for (Map.Entry<String, Place> place : places.entrySet()) {
      for (FieldDescriptor field : Places.unlisted(place.getValue().message())) {
        List<String> refused =
            Mutants.refused(place.getValue().with(message -> Places.set(message, field)));
        if (refused.stream().noneMatch(path -> names(path, field))) {
          taken.add(place.getKey() + "." + field.getName() + " " + refused);
        }
        fields++;
      }
    }
    assertThat(taken).isEmpty();
    assertThat(fields).isGreaterThan(500);
  }

  private static boolean names(String path, FieldDescriptor field) {
    String plain = path.replaceAll("\\[[^]]*]$", "");
    return plain.equals(field.getName()) || plain.endsWith("." + field.getName());
  }

  @Test
  void unknownFieldNumbersAreRefused() {
    UnknownFieldSet unknown =
        UnknownFieldSet.newBuilder()
            .addField(NO_SUCH_NUMBER, UnknownFieldSet.Field.newBuilder().addVarint(1).build())
            .build();
    List<String> taken = new ArrayList<>();
    places.forEach((name, place) -> {
      Message changed =
          place.with(message -> message.toBuilder().setUnknownFields(unknown).build());
      if (Mutants.refused(changed).isEmpty()) {
        taken.add(name);
      }
    });
    assertThat(taken).isEmpty();
  }

  @Test
  void unknownValuesOfEnumsAreRefusedByTheNameOfTheirField() {
    List<String> taken = new ArrayList<>();
    places.forEach((name, place) -> {
      List<FieldDescriptor> unlisted = Places.unlisted(place.message());
      for (FieldDescriptor field : place.message().getDescriptorForType().getFields()) {
        if (field.getJavaType() == JavaType.ENUM && !unlisted.contains(field)) {
          Object unknown = field.getEnumType().findValueByNumberCreatingIfUnknown(NO_SUCH_NUMBER);
          List<String> refused =
              Mutants.refused(
                  place.with(message ->
                      field.isRepeated()
                          ? message.toBuilder().addRepeatedField(field, unknown).build()
                          : message.toBuilder().setField(field, unknown).build()));
          if (refused.stream().noneMatch(path -> names(path, field))) {
            taken.add(name + "." + field.getName() + " " + refused);
          }
        }
      }
    });
    assertThat(taken).isEmpty();
  }

  /**
   * A field that is listed is not passed over where it stands: another value is refused, or what
   * comes out differs.
   */
  @Test
  void everyFieldThatIsTakenHasAnEffectWhereItStands() {
    Set<String> shown = new TreeSet<>();
    Set<String> without = new TreeSet<>();
    for (Message resource : Places.corpus()) {
      String before = Places.parsed(resource);
      for (Place place : Places.of(resource)) {
        for (FieldDescriptor field : place.message().getAllFields().keySet()) {
          String name = FieldNames.of(field);
          if (name != null && !field.isMapField()) {
            (hasEffect(place, field, before) ? shown : without).add(place.path() + " " + name);
          }
        }
      }
    }
    without.removeAll(shown);
    without.removeIf(at -> WITHOUT_EFFECT.contains(at.substring(at.indexOf(' ') + 1)));
    CaseFiles.lines("unobservable.txt")
        .forEach(line -> without.removeIf(at -> at.endsWith(" " + line.split(": ", 2)[0])));
    assertThat(without).isEmpty();
    assertThat(shown).hasSizeGreaterThan(300);
  }

  private static boolean hasEffect(Place place, FieldDescriptor field, String before) {
    for (Mutation.Change change : Changes.other(field)) {
      if (change.whereUnset()) {
        continue;
      }
      Message changed =
          place.with(message -> {
            Message.Builder builder = message.toBuilder();
            change.edit().apply(builder, field);
            return builder.build();
          });
      if (!Places.parsed(changed).equals(before)) {
        return true;
      }
    }
    return false;
  }
}

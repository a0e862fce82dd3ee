package dev.weft.proxy.oracle;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** All cases, what their configurations set, and what of it is refused when it is made wrong. */
final class Corpus {

  private final List<OracleCase> cases = CaseFiles.all();
  private final Map<String, Map<String, FieldDescriptor>> set = new TreeMap<>();
  private final Map<String, Map<String, FieldDescriptor>> unset = new TreeMap<>();
  private final List<Refusal> refusals = new ArrayList<>();

  /**
   * A resource that is wrong in one field.
   *
   * @param how the value, in words
   */
  record Refusal(String field, String how, Message resource) {}

  Corpus() {
    Set<Message> resources = new LinkedHashSet<>();
    OraclePki pki = new OraclePki();
    for (OracleCase test : cases) {
      Map<String, Integer> ports = new HashMap<>();
      test.origins().keySet().forEach(id -> ports.put(id, 1));
      Map<String, FieldDescriptor> here = new TreeMap<>();
      Map<String, FieldDescriptor> not = new TreeMap<>();
      for (Message one : Resources.of(test, ports, pki).all()) {
        FieldNames.collect(one, here, not);
        resources.add(one);
      }
      set.put(test.name(), here);
      unset.put(test.name(), not);
    }
    resources.add(pki.trustBundles());
    refuse(resources);
  }

  private void refuse(Set<Message> resources) {
    Set<String> seen = new TreeSet<>();
    for (Message resource : resources) {
      Map<String, FieldDescriptor> here = new TreeMap<>();
      Map<String, FieldDescriptor> not = new TreeMap<>();
      FieldNames.collect(resource, here, not);
      Map<String, FieldDescriptor> both = new TreeMap<>(here);
      both.putAll(not);
      both.forEach((name, field) -> {
        for (Mutation.Change change : Changes.wrong(field, FieldNames.limits(field))) {
          if (seen.contains(name + " " + change.how())) {
            continue;
          }
          Message wrong = new Mutation(name, change).in(resource);
          if (!wrong.equals(resource) && names(Mutants.refused(wrong), field)) {
            seen.add(name + " " + change.how());
            refusals.add(new Refusal(name, change.how(), wrong));
          }
        }
      });
    }
  }

  /** Whether the field is named as what is wrong, alone or with other places of the same field. */
  private static boolean names(List<String> paths, FieldDescriptor field) {
    return !paths.isEmpty()
        && paths.stream()
            .map(path -> path.replaceAll("\\[[^]]*]$", ""))
            .anyMatch(path -> path.equals(field.getName()) || path.endsWith("." + field.getName()));
  }

  List<OracleCase> cases() {
    return cases;
  }

  /** The fields that a case sets. */
  Map<String, FieldDescriptor> set(OracleCase test) {
    return set.get(test.name());
  }

  /** The booleans and constants that a case could set and does not. */
  Map<String, FieldDescriptor> unset(OracleCase test) {
    return unset.get(test.name());
  }

  /** Resources that Weft refuses, naming the field. */
  List<Refusal> refusals() {
    return refusals;
  }

  /** The fields of the refusals. */
  SortedSet<String> refused() {
    SortedSet<String> fields = new TreeSet<>();
    refusals.forEach(refusal -> fields.add(refusal.field()));
    return fields;
  }

  /** What can be done to a field of a case. */
  List<Mutation> mutations(OracleCase test, String field) {
    FieldDescriptor descriptor = set(test).getOrDefault(field, unset(test).get(field));
    return Changes.other(descriptor).stream().map(change -> new Mutation(field, change)).toList();
  }
}

package dev.weft.policy.istio.cases;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.policy.document.Document;
import dev.weft.policy.document.Fields;
import dev.weft.policy.document.Problem;
import dev.weft.policy.document.Validated;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Files of policies and of cases that belong together. A document with a {@code kind} is a
 * resource; any other is one of cases, for the policies that it holds itself, or else for all
 * policies of all files. Not thread-safe.
 */
public final class CaseFiles {
  /** Most bytes of a file. */
  public static final int LARGEST = 1024 * 1024;

  private static final int MOST_DOCUMENTS = 1000;

  private final Mesh mesh;
  private final PolicySet shared = new PolicySet();
  private final List<Bound> bound = new ArrayList<>();
  private final List<FileProblem> problems = new ArrayList<>();
  private final List<String> leftOut = new ArrayList<>();
  private int policies;

  private record Bound(CaseSuite suite, PolicySet policies) {}

  /**
   * Something that cannot be used.
   *
   * @param file as it was named
   * @param field its path; empty: the file itself
   */
  public record FileProblem(String file, String field, String message) {}

  /**
   * @param mesh where a file says nothing else
   */
  public CaseFiles(Mesh mesh) {
    this.mesh = mesh;
  }

  /** Reads a file: one or several YAML documents, which JSON is too. */
  public void add(String file, byte[] content) {
    if (content.length > LARGEST) {
      problems.add(new FileProblem(file, "", "has more than " + LARGEST + " bytes"));
      return;
    }
    List<Document> documents = Document.parseAll(content, MOST_DOCUMENTS);
    for (int i = 0; i < documents.size(); i++) {
      String at = documents.size() == 1 ? "" : "document " + (i + 1);
      switch (documents.get(i)) {
        case Document.Malformed malformed ->
            problems.add(new FileProblem(file, malformed.place(), malformed.message()));
        case Document.Parsed(JsonNode tree) -> document(file, at, tree);
      }
    }
  }

  private void document(String file, String at, JsonNode tree) {
    if (tree.path("kind").asText("").equals("List") && tree.path("items").isArray()) {
      for (int i = 0; i < tree.path("items").size(); i++) {
        document(file, joined(at, "items[" + i + "]"), tree.path("items").get(i));
      }
    } else if (PolicySet.KINDS.contains(tree.path("kind").asText(""))) {
      resource(file, at, tree);
    } else if (tree.has("kind") || tree.has("apiVersion")) {
      leftOut.add(
          file
              + ": "
              + tree.path("kind").asText("")
              + " "
              + tree.path("metadata").path("name").asText(""));
    } else {
      cases(file, at, tree);
    }
  }

  private void resource(String file, String at, JsonNode tree) {
    policies++;
    note(file, at, shared.add(tree));
    carried(file, at, tree, shared);
  }

  private void carried(String file, String at, JsonNode tree, PolicySet among) {
    Optional<Validated<CaseSuite>> carried = CarriedCases.of(tree, mesh);
    if (carried.isPresent()) {
      switch (carried.get()) {
        case Validated.Invalid<CaseSuite>(List<Problem> found) -> note(file, at, found);
        case Validated.Valid<CaseSuite>(CaseSuite suite) ->
            bound.add(new Bound(suite.at(file + " (" + suite.origin() + ")"), among));
      }
    }
  }

  private void cases(String file, String at, JsonNode tree) {
    List<Problem> found = new ArrayList<>();
    Fields document = Fields.of(tree, found, CaseReader.FILE);
    if (found.isEmpty() && !document.has("cases")) {
      document.problem("cases", "required, or kind where it is a policy");
    }
    if (!found.isEmpty()) {
      note(file, at, found);
      return;
    }
    CaseSuite suite =
        CaseReader.read(file, document, mesh, CaseReader.Usual.FILES, CaseReader.MOST, found);
    PolicySet own = shared;
    if (document.has("policies")) {
      own = new PolicySet();
      List<JsonNode> written = document.array("policies");
      for (int i = 0; i < written.size(); i++) {
        policies++;
        String element = "policies[" + i + "]";
        if (!PolicySet.KINDS.contains(written.get(i).path("kind").asText(""))) {
          found.add(new Problem(element + ".kind", "expected one of " + sorted(PolicySet.KINDS)));
          continue;
        }
        for (Problem problem : own.add(written.get(i))) {
          found.add(new Problem(element + "." + problem.field(), problem.message()));
        }
        carried(file, joined(at, element), written.get(i), own);
      }
    }
    note(file, at, found);
    if (found.isEmpty()) {
      bound.add(new Bound(suite, own));
    }
  }

  private static String sorted(java.util.Set<String> names) {
    return String.join(", ", names.stream().sorted().toList());
  }

  private void note(String file, String at, List<Problem> found) {
    found.forEach(problem ->
        problems.add(new FileProblem(file, joined(at, problem.field()), problem.message())));
  }

  private static String joined(String at, String field) {
    return at.isEmpty() || field.isEmpty() ? at + field : at + ": " + field;
  }

  /** What cannot be used; empty: all can. */
  public List<FileProblem> problems() {
    return List.copyOf(problems);
  }

  /** Resources of other kinds, which no case looks at. */
  public List<String> leftOut() {
    return List.copyOf(leftOut);
  }

  /** How many policies there are, in files of cases or beside them. */
  public int policies() {
    return policies;
  }

  /** Runs all cases, in the order of their files. */
  public List<CaseResult> run(InstantSource clock) {
    return bound.stream()
        .flatMap(one -> CaseRun.of(one.suite(), one.policies(), clock).stream())
        .toList();
  }
}

package dev.weft.cli.policy;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.policy.istio.cases.CaseFiles;
import dev.weft.policy.istio.cases.CaseFiles.FileProblem;
import dev.weft.policy.istio.cases.CaseResult;
import dev.weft.policy.istio.cases.Mesh;
import dev.weft.policy.istio.decide.VerdictJson;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;

/** Runs the cases of some files and tells what came of them. */
final class TestRun {
  static final int PASSED = 0;
  static final int FAILED = 1;
  static final int UNUSABLE = 2;

  /** Problems that people are told of; programs get all. */
  private static final int MOST_TOLD = 20;

  private final CaseFiles files;
  private final InstantSource clock;
  private final boolean json;
  private final PrintStream out;
  private final PrintStream err;

  /**
   * @param out what came of it
   * @param err what cannot be used
   */
  TestRun(Mesh mesh, InstantSource clock, boolean json, PrintStream out, PrintStream err) {
    this.files = new CaseFiles(mesh);
    this.clock = clock;
    this.json = json;
    this.out = out;
    this.err = err;
  }

  /** The exit code. */
  int run(List<Path> places) {
    List<Path> found;
    try {
      found = PolicyFilesInPlace.find(places);
      for (Path file : found) {
        try (InputStream in = Files.newInputStream(file)) {
          files.add(file.toString(), in.readNBytes(CaseFiles.LARGEST + 1));
        }
      }
    } catch (IOException e) {
      String what = e instanceof NoSuchFileException ? "there is no " : "cannot be read: ";
      return unusable(List.of(new FileProblem("", "", what + e.getMessage())));
    }
    if (!files.problems().isEmpty()) {
      return unusable(files.problems());
    }
    List<CaseResult> results = files.run(clock);
    if (results.isEmpty()) {
      return unusable(
          List.of(new FileProblem(String.valueOf(places.getFirst()), "", "there are no cases")));
    }
    if (json) {
      out.println(document(found.size(), results));
    } else {
      tell(found.size(), results);
    }
    return results.stream().allMatch(CaseResult::passed) ? PASSED : FAILED;
  }

  private int unusable(List<FileProblem> problems) {
    if (json) {
      ObjectNode root = JsonNodeFactory.instance.objectNode();
      ArrayNode array = root.putArray("problems");
      for (FileProblem problem : problems) {
        array
            .addObject()
            .put("file", problem.file())
            .put("field", problem.field())
            .put("message", problem.message());
      }
      out.println(root);
      return UNUSABLE;
    }
    for (FileProblem problem : problems.subList(0, Math.min(MOST_TOLD, problems.size()))) {
      String at = problem.file().isEmpty() ? "" : problem.file() + ": ";
      String field = problem.field().isEmpty() ? "" : problem.field() + ": ";
      err.println("weft policy test: " + at + field + problem.message());
    }
    if (problems.size() > MOST_TOLD) {
      err.println("weft policy test: and " + (problems.size() - MOST_TOLD) + " more");
    }
    return UNUSABLE;
  }

  private void tell(int count, List<CaseResult> results) {
    for (CaseResult result : results) {
      if (!result.passed()) {
        out.println("FAIL  " + result.origin() + ": " + result.asked().name());
        out.println("      " + result.trouble());
        out.println("      " + result.verdict().reason());
        if (!result.verdict().policies().isEmpty()) {
          out.println("      asked: " + String.join(", ", result.verdict().policies()));
        }
      }
    }
    files.leftOut().forEach(resource -> out.println("left out, no policy: " + resource));
    long failed = results.stream().filter(result -> !result.passed()).count();
    out.println(
        count
            + " files, "
            + files.policies()
            + " policies, "
            + results.size()
            + " cases: "
            + (failed == 0 ? "all as expected" : failed + " not as expected"));
  }

  private ObjectNode document(int count, List<CaseResult> results) {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    root.put("files", count);
    root.put("policies", files.policies());
    root.put("cases", results.size());
    root.put("failed", results.stream().filter(result -> !result.passed()).count());
    files.leftOut().forEach(root.putArray("leftOut")::add);
    ArrayNode array = root.putArray("results");
    for (CaseResult result : results) {
      ObjectNode one = array.addObject();
      one.put("file", result.origin());
      one.put("case", result.asked().name());
      one.put("passed", result.passed());
      one.put("expected", result.asked().expect().words());
      one.put("got", result.verdict().outcome().words());
      if (!result.passed()) {
        one.put("trouble", result.trouble());
        one.set("decision", VerdictJson.of(result.verdict()));
      }
    }
    return root;
  }
}

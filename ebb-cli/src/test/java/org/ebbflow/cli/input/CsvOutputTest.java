package org.ebbflow.cli.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.ebbflow.EbbException;
import org.ebbflow.data.DataException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CsvOutputTest {
  @TempDir Path folder;

  @Test
  void theFileAppearsWhenComplete() throws IOException {
    Path path = folder.resolve("scores.csv");
    try (CsvOutput out = new CsvOutput(path, List.of("row", "a,b"))) {
      out.row(1, 0.1);
      out.row(2, -1e-7);
      assertThat(path).doesNotExist();
      out.finish();
      assertThat(path).hasContent("row,\"a,b\"\n1,0.1\n2,-1E-7\n");
    }
    assertThat(files()).containsExactly(path);
  }

  @Test
  void anUnfinishedFileLeavesTheOldOne() throws IOException {
    Path path = Files.writeString(folder.resolve("scores.csv"), "old");
    try (CsvOutput out = new CsvOutput(path, List.of("score"))) {
      for (int i = 0; i < 100_000; i++) {
        out.row(i);
      }
    }
    assertThat(path).hasContent("old");
    assertThat(files()).containsExactly(path);
    try (CsvOutput out = new CsvOutput(path, List.of("score"))) {
      out.finish();
    }
    assertThat(path).hasContent("score\n");
  }

  @Test
  void gzIsCompressed() throws IOException {
    Path path = folder.resolve("scores.csv.gz");
    try (CsvOutput out = new CsvOutput(path, List.of("score"))) {
      out.row(1.5);
      out.finish();
    }
    try (GZIPInputStream in = new GZIPInputStream(Files.newInputStream(path))) {
      assertThat(in.readAllBytes()).asString().isEqualTo("score\n1.5\n");
    }
  }

  @Test
  void mistakesAreNamedAndLeaveNothing() throws IOException {
    Path path = folder.resolve("scores.csv");
    try (CsvOutput out = new CsvOutput(path, List.of("a", "score"))) {
      out.row(1, 2);
      assertThatThrownBy(() -> out.row(1, Double.NaN))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("row 2, column 'score' of " + path + " would be NaN");
      assertThatThrownBy(() -> out.row(1))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("1 values for the 2 columns");
    }
    assertThatThrownBy(() -> new CsvOutput(folder.resolve("no/x.csv"), List.of("a")))
        .isInstanceOf(EbbException.class)
        .hasMessageContaining("there is no folder " + folder.resolve("no"));
    assertThatThrownBy(() -> new CsvOutput(folder, List.of("a")))
        .isInstanceOf(EbbException.class)
        .hasMessageContaining("is a folder");
    assertThat(files()).isEmpty();
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    }
  }
}

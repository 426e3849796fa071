package org.ebbflow.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Records of CIFAR-10 become images, and damaged files are refused by name. */
class CifarFileTest {
  private static final int RECORD = 3_073;

  @TempDir Path folder;

  @Test
  void reads_planes_of_several_files_in_order() throws IOException {
    Dataset data = CifarFile.read(List.of(file("a.bin", 2, 0), file("b.bin", 1, 100)));
    assertThat(data.rows()).isEqualTo(3);
    assertThat(data.imageShape()).contains(new Dataset.ImageShape(3, 32, 32));
    assertThat(data.value(0, 0)).isEqualTo(1);
    assertThat(data.value(1, 3_071)).isEqualTo((3_071 + 1 + 1) % 256);
    assertThat(data.value(2, 5)).isEqualTo(106);
  }

  @Test
  void refuses_what_is_damaged() throws IOException {
    byte[] whole = Files.readAllBytes(file("whole.bin", 2, 0));
    Path cut = Files.write(folder.resolve("cut.bin"), java.util.Arrays.copyOf(whole, RECORD + 7));
    assertThatThrownBy(() -> CifarFile.read(List.of(cut)))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("cut.bin ends within record 2");
    whole[RECORD] = 77;
    Path label = Files.write(folder.resolve("label.bin"), whole);
    assertThatThrownBy(() -> CifarFile.read(List.of(label)))
        .hasMessageContaining("record 2 has the label 77");
    Path empty = Files.write(folder.resolve("empty.bin"), new byte[0]);
    assertThatThrownBy(() -> CifarFile.read(List.of(empty))).hasMessageContaining("empty.bin");
    Path missing = folder.resolve("missing.bin");
    assertThatThrownBy(() -> CifarFile.read(List.of(missing))).hasMessageContaining("missing.bin");
  }

  /** Record r holds at byte i the value offset + r + i + 1. */
  private Path file(String name, int records, int offset) throws IOException {
    byte[] bytes = new byte[records * RECORD];
    for (int r = 0; r < records; r++) {
      for (int i = 0; i < RECORD - 1; i++) {
        bytes[r * RECORD + 1 + i] = (byte) (offset + r + i + 1);
      }
    }
    return Files.write(folder.resolve(name), bytes);
  }
}

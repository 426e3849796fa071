package org.ebbflow.bench.speed;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.ebbflow.EbbException;

/** The PyTorch scripts, unpacked into a temporary folder while they are needed. */
final class PeerScripts implements AutoCloseable {
  private static final List<String> FILES =
      List.of("measure.py", "flows.py", "ebflow_step.py", "jko_step.py", "flow_rows.py");

  private final Path folder;

  PeerScripts() {
    try {
      folder = Files.createTempDirectory("ebb-peers");
      for (String file : FILES) {
        try (InputStream script = PeerScripts.class.getResourceAsStream("peers/" + file)) {
          if (script == null) {
            throw new IllegalStateException(file + " is not in the jar");
          }
          Files.copy(script, folder.resolve(file));
        }
      }
    } catch (IOException e) {
      throw new EbbException(
          "cannot unpack the peer scripts: " + e.getMessage(),
          "name another folder with -Djava.io.tmpdir=FOLDER",
          e);
    }
  }

  Path file(String name) {
    return folder.resolve(name);
  }

  @Override
  public void close() {
    for (String file : FILES) {
      folder.resolve(file).toFile().delete();
    }
    folder.toFile().delete();
  }
}

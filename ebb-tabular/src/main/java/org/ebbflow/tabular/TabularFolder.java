package org.ebbflow.tabular;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.ebbflow.EbbException;
import org.ebbflow.io.AtomicFile;
import org.ebbflow.io.ModelFileException;
import org.ebbflow.model.DensityModel;
import org.ebbflow.model.ModelFolder;
import org.ebbflow.tabular.encode.TableEncoder;
import org.ebbflow.tabular.select.Entry;
import org.jspecify.annotations.Nullable;

/**
 * A folder with a {@link TabularModel}: the flow's own files, those of the normal distribution that
 * it has beaten in {@code floor}, {@code table.json} for the columns and {@code calibration.json}
 * for held-out densities. The last is written last and has the others' digest: a folder that has
 * it, and the same after all has been read, is whole.
 */
public final class TabularFolder {
  private static final JsonMapper MAPPER =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();
  private static final int VERSION = 1;
  private static final String TABLE = "table.json";
  private static final String FLOOR = "floor";
  private static final String CALIBRATION = "calibration.json";

  @SuppressWarnings("ArrayRecordComponent") // written and read, never compared
  private record Document(
      int version,
      @Nullable String of,
      double[] heldOut,
      double[] floor,
      double[] tails,
      List<Entry> entries) {
    Document {
      if (heldOut.length == 0
          || heldOut.length != tails.length
          || (floor.length != 0 && floor.length != tails.length)) {
        throw new IllegalArgumentException(
            "%d, %d and %d".formatted(heldOut.length, floor.length, tails.length));
      }
      entries = List.copyOf(entries);
    }
  }

  private TabularFolder() {}

  /** Whether a folder holds a table's model, whole or not. */
  public static boolean holdsModel(Path folder) {
    return Files.exists(folder.resolve(CALIBRATION)) || Files.exists(folder.resolve(TABLE));
  }

  static void write(Path folder, TabularModel model) {
    try {
      Files.deleteIfExists(folder.resolve(CALIBRATION)); // of another model, for good
    } catch (IOException e) {
      throw new EbbException(
          folder.resolve(CALIBRATION) + " cannot be replaced: " + e.getMessage(),
          "make the folder writable or save elsewhere",
          e);
    }
    model.density().save(folder);
    DensityModel floor = model.floor();
    if (floor != null) {
      floor.save(folder.resolve(FLOOR));
    }
    AtomicFile.writeString(folder.resolve(TABLE), model.encoder().toJson());
    Calibration calibration = model.calibration();
    Document document =
        new Document(
            VERSION,
            digest(folder),
            calibration.heldOut(),
            calibration.floor(),
            calibration.tails(),
            calibration.entries());
    try {
      AtomicFile.writeString(folder.resolve(CALIBRATION), MAPPER.writeValueAsString(document));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a document that cannot be written", e);
    }
  }

  static TabularModel read(Path folder) {
    if (!Files.exists(folder.resolve(CALIBRATION))) {
      if (Files.exists(folder.resolve(TABLE))) {
        throw new EbbException(
            folder
                + " holds a model of a table that has not been saved to its end: there is no "
                + CALIBRATION,
            "load it when it has, or fit it anew");
      }
      throw new EbbException(
          folder + " holds no model of a table", "fit one there: ebb fit --data F --out " + folder);
    }
    // First what is written last: whatever is saved from now on, the digest at the end is another.
    Path file = folder.resolve(CALIBRATION);
    Document document;
    try {
      document = Objects.requireNonNull(MAPPER.readValue(text(file), Document.class));
    } catch (JsonProcessingException | NullPointerException e) {
      throw new ModelFileException(file, "is damaged", "fit the model anew");
    }
    if (document.version != VERSION) {
      throw new ModelFileException(
          file, "is of version " + document.version, "use the Ebb that wrote it");
    }
    DensityModel density = DensityModel.load(folder);
    TableEncoder encoder = encoder(folder.resolve(TABLE));
    if (encoder.columns().size() != density.shape().dimension()) {
      throw new ModelFileException(
          folder.resolve(TABLE), "does not belong to the weights beside it", "fit the model anew");
    }
    boolean beaten = document.floor.length > 0;
    DensityModel floor = beaten ? DensityModel.load(folder.resolve(FLOOR)) : null;
    // Not in models of earlier versions.
    if (document.of != null && !document.of.equals(digest(folder))) {
      throw new ModelFileException(
          file,
          "does not belong to the weights beside it",
          "load the model when it has been saved to its end, or fit it anew");
    }
    double[][] heldOut =
        beaten
            ? new double[][] {document.heldOut, document.floor}
            : new double[][] {document.heldOut};
    return new TabularModel(
        new Densities(encoder, density, floor),
        new Calibration(heldOut, document.tails, document.entries));
  }

  /** Of what the model is made of, in the order that it is written. */
  private static String digest(Path folder) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (Path file : List.of(new ModelFolder(folder).weights(), folder.resolve(TABLE))) {
        try (InputStream bytes = Files.newInputStream(file)) {
          byte[] some = new byte[1 << 16];
          for (int n = bytes.read(some); n >= 0; n = bytes.read(some)) {
            digest.update(some, 0, n);
          }
        } catch (IOException e) {
          throw new ModelFileException(file, "cannot be read", "fit the model anew");
        }
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private static TableEncoder encoder(Path file) {
    try {
      return TableEncoder.fromJson(text(file));
    } catch (ModelFileException e) {
      throw e;
    } catch (EbbException e) {
      String why = String.valueOf(e.getMessage()).replaceFirst(";.*", "");
      throw new ModelFileException(file, "is not valid: " + why, "restore the file");
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new ModelFileException(file, "cannot be read", "fit the model anew");
    }
  }
}

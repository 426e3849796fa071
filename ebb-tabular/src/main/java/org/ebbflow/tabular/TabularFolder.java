package org.ebbflow.tabular;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.ebbflow.EbbException;
import org.ebbflow.io.AtomicFile;
import org.ebbflow.io.ModelFileException;
import org.ebbflow.model.DensityModel;
import org.ebbflow.tabular.encode.TableEncoder;
import org.ebbflow.tabular.select.Entry;

/**
 * A folder with a {@link TabularModel}: the flow's own files, those of the normal distribution that
 * it has beaten in {@code floor}, {@code table.json} for the columns and {@code calibration.json}
 * for held-out densities. The last is written last: a folder that has it is whole.
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
      int version, double[] heldOut, double[] floor, double[] tails, List<Entry> entries) {
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

  /** Whether a folder holds a table's model. */
  public static boolean holdsModel(Path folder) {
    return Files.exists(folder.resolve(CALIBRATION));
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
    if (!holdsModel(folder)) {
      throw new EbbException(
          folder + " holds no model of a table", "fit one there: ebb fit --data F --out " + folder);
    }
    DensityModel density = DensityModel.load(folder);
    TableEncoder encoder = encoder(folder.resolve(TABLE));
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
    if (encoder.columns().size() != density.shape().dimension()) {
      throw new ModelFileException(
          folder.resolve(TABLE), "does not belong to the weights beside it", "fit the model anew");
    }
    boolean beaten = document.floor.length > 0;
    DensityModel floor = beaten ? DensityModel.load(folder.resolve(FLOOR)) : null;
    double[][] heldOut =
        beaten
            ? new double[][] {document.heldOut, document.floor}
            : new double[][] {document.heldOut};
    return new TabularModel(
        new Densities(encoder, density, floor),
        new Calibration(heldOut, document.tails, document.entries));
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

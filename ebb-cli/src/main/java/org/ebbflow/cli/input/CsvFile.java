package org.ebbflow.cli.input;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import org.ebbflow.data.DataException;
import org.ebbflow.data.Dataset;
import org.ebbflow.data.InputFile;
import org.jspecify.annotations.Nullable;

/**
 * Tables of numbers as text: one row per line, fields separated by comma, semicolon, tab or bar.
 *
 * <p>UTF-8 with or without byte order mark, plain or gzip. The first row is a header if one of its
 * fields is text. Blank lines are skipped; every cell must be a finite number with a decimal point.
 */
public final class CsvFile {
  private static final int SAMPLE = 1 << 16;
  private static final byte[] BYTE_ORDER_MARK = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};

  private CsvFile() {}

  /**
   * Reads a table.
   *
   * @return the rows, with column names if there is a header
   * @throws DataException naming file, line and column if the file is missing, unreadable, damaged,
   *     not UTF-8 text, has no rows, rows of different lengths, or a cell that is not a finite
   *     number
   */
  public static Dataset read(Path path) {
    InputFile file = InputFile.of(path);
    try (InputStream in = file.open()) {
      byte[] sample = in.readNBytes(SAMPLE);
      if (sample.length == 0) {
        throw new DataException(path + " is empty", "give a file with data in it");
      }
      checkText(path, sample);
      int start = startsWithMark(sample) ? BYTE_ORDER_MARK.length : 0;
      InputStream text =
          new SequenceInputStream(
              new ByteArrayInputStream(sample, start, sample.length - start), in);
      return read(file, text, Delimiter.of(wholeLines(sample, start)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Dataset read(InputFile file, InputStream text, char delimiter) {
    NumericRows rows = new NumericRows(file.path().toString());
    try (CsvReader<Boolean> reader =
        CsvReader.builder()
            .fieldSeparator(delimiter)
            .allowExtraFields(true) // NumericRows compares lengths, and says which line
            .allowMissingFields(true)
            .build(
                rows,
                new InputStreamReader(
                    text,
                    StandardCharsets.UTF_8
                        .newDecoder()
                        .onMalformedInput(CodingErrorAction.REPORT)
                        .onUnmappableCharacter(CodingErrorAction.REPORT)))) {
      reader.forEach(row -> {});
    } catch (CsvParseException | UncheckedIOException | IOException e) {
      throw asDataException(file, e);
    }
    return rows.toDataset();
  }

  // FastCSV wraps what its source and its handler throw.
  private static DataException asDataException(InputFile file, Exception thrown) {
    for (@Nullable Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      if (cause instanceof DataException named) {
        return named;
      }
      if (cause instanceof CharacterCodingException) {
        return new DataException(
            "%s line %d is not UTF-8 text".formatted(file.path(), firstMalformedLine(file)),
            "save the file as UTF-8",
            thrown);
      }
    }
    return new DataException(
        "%s is not a table (%s)".formatted(file.path(), thrown.getMessage()),
        "check its quotes and delimiters",
        thrown);
  }

  // The decoder reads ahead of the rows, so the line is looked for afterwards. No byte of a longer
  // UTF-8 sequence is a line feed.
  private static long firstMalformedLine(InputFile file) {
    long line = 1;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (InputStream in = file.open()) {
      for (int b = in.read(); b >= 0; b = in.read()) {
        bytes.write(b);
        if (b == '\n') {
          if (!isUtf8(bytes.toByteArray())) {
            return line;
          }
          bytes.reset();
          line++;
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return line;
  }

  private static boolean isUtf8(byte[] bytes) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }

  private static void checkText(Path path, byte[] sample) {
    int first = sample[0] & 0xff;
    int second = sample.length > 1 ? sample[1] & 0xff : 0;
    if ((first == 0xff && second == 0xfe) || (first == 0xfe && second == 0xff)) {
      throw new DataException(path + " is UTF-16 text", "save the file as UTF-8");
    }
    for (byte b : sample) {
      if (b == 0) {
        throw new DataException(
            path + " is neither IDX nor text", "give a CSV file or an IDX file");
      }
    }
  }

  private static boolean startsWithMark(byte[] bytes) {
    int mark = BYTE_ORDER_MARK.length;
    return bytes.length >= mark && Arrays.equals(bytes, 0, mark, BYTE_ORDER_MARK, 0, mark);
  }

  /** The sample without a line that it cuts in two, unless there is no other. */
  private static String wholeLines(byte[] sample, int start) {
    String text = new String(sample, start, sample.length - start, StandardCharsets.UTF_8);
    int end = Math.max(text.lastIndexOf('\n'), text.lastIndexOf('\r'));
    return sample.length < SAMPLE || end < 0 ? text : text.substring(0, end);
  }
}

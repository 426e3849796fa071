package org.ebbflow.tabular.encode;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.ebbflow.EbbException;
import org.ebbflow.data.DataException;
import org.ebbflow.data.Dataset;
import org.ebbflow.data.DatasetBuilder;
import org.ebbflow.tabular.schema.ColumnKind;
import org.ebbflow.tabular.schema.ColumnSpec;
import org.ebbflow.tabular.schema.MarginTransform;
import org.ebbflow.tabular.schema.Schema;
import org.ebbflow.tabular.table.Column;
import org.ebbflow.tabular.table.Table;

/** A table's rows as rows of normal scores, and back. Never changes; safe for several threads. */
public final class TableEncoder {
  private static final String FORMAT = "ebb-table-1";
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final Schema schema;
  private final List<ColumnEncoder> columns;

  private TableEncoder(Schema schema, List<ColumnEncoder> columns) {
    this.schema = schema;
    this.columns = List.copyOf(columns);
  }

  /**
   * Fits every modelled column's distribution.
   *
   * @param schema of the table; categories that it leaves open are taken from the rows
   * @param train the rows to fit to
   * @throws DataException naming column and row of what does not fit the schema
   */
  public static TableEncoder fit(Schema schema, Table train) {
    if (train.rows() == 0) {
      throw new DataException("a table without rows", "give some rows to fit to");
    }
    Schema closed = schema.closed(train);
    Table checked = closed.check(train);
    List<ColumnEncoder> encoders = new ArrayList<>();
    for (ColumnSpec spec : closed.modelled()) {
      encoders.add(encoder(spec, checked.column(spec.name())));
    }
    return new TableEncoder(closed, encoders);
  }

  private static ColumnEncoder encoder(ColumnSpec spec, Column values) {
    if (spec.transform() == MarginTransform.STANDARD) {
      return StandardEncoder.fit(spec, values);
    }
    return switch (spec.kind()) {
      case BOOLEAN, CATEGORICAL -> CategoricalEncoder.fit(spec, values);
      default -> OrderedEncoder.fit(spec, values);
    };
  }

  /** What the columns are, with all categories. */
  public Schema schema() {
    return schema;
  }

  /** The modelled columns, in order; unmodifiable. */
  public List<ColumnEncoder> columns() {
    return columns;
  }

  /** Whether some values are intervals of scores, so that densities depend on draws. */
  public boolean hasAtoms() {
    return columns.stream().anyMatch(ColumnEncoder::hasAtoms);
  }

  /** The number of modelled columns, which is that of a row's scores. */
  public int width() {
    return columns.size();
  }

  /**
   * Encodes rows.
   *
   * @param table with the schema's columns, in any order
   * @param seed of the draws for values that are intervals
   * @param firstRow index of the table's first row in the whole that it is a piece of: the same row
   *     gets the same draws whatever the pieces
   * @throws DataException naming column, row and value of what cannot be encoded
   */
  public Encoded encode(Table table, long seed, long firstRow) {
    return encode(modelled(table, firstRow), firstRow, column -> Draws.byIndex(seed, column));
  }

  /**
   * Encodes rows with draws that belong to what is in a row: for densities, which must not depend
   * on where in a table a row is.
   *
   * @param table with the schema's columns, in any order
   * @param firstRow index of the table's first row in the whole that it is a piece of, for messages
   * @param n how many draws, a power of two
   * @return the rows with the k-th draw, k from 0 to n − 1; safe for several threads
   * @throws DataException naming column, row and value of what cannot be encoded, now or when drawn
   */
  public IntFunction<Encoded> drawsByContent(Table table, long firstRow, int n) {
    List<Column> values = modelled(table, firstRow);
    long[] contents = Draws.contents(values);
    return k -> encode(values, firstRow, c -> Draws.byContent(contents, firstRow, c, k, n));
  }

  /** The columns that are encoded, checked. */
  private List<Column> modelled(Table table, long firstRow) {
    Table checked = schema.check(table, firstRow);
    if (checked.rows() == 0) {
      throw new DataException("a table without rows", "give some rows to encode");
    }
    return columns.stream().map(column -> checked.column(column.spec().name())).toList();
  }

  private Encoded encode(List<Column> values, long firstRow, IntFunction<Draws> draws) {
    int rows = values.get(0).rows();
    double[][] scores = new double[width()][rows];
    double[][] logRatios = new double[width()][rows];
    for (int c = 0; c < width(); c++) {
      columns.get(c).encode(values.get(c), draws.apply(c), firstRow, scores[c], logRatios[c]);
    }
    DatasetBuilder builder = new DatasetBuilder(width());
    double[] line = new double[width()];
    for (int row = 0; row < rows; row++) {
      for (int c = 0; c < line.length; c++) {
        line[c] = scores[c][row];
      }
      builder.add(line);
    }
    List<String> names = columns.stream().map(column -> column.spec().name()).toList();
    return new Encoded(builder.build().withColumnNames(names), logRatios);
  }

  /**
   * Scores without draws: a value that is an interval has its middle by marginal mass, so that
   * equal rows have equal scores. For distances between rows; training and densities want draws.
   *
   * @param table with the schema's columns, in any order
   * @return rows × modelled columns
   */
  public double[][] middles(Table table) {
    Table checked = schema.check(table);
    double[][] rows = new double[checked.rows()][width()];
    for (int j = 0; j < width(); j++) {
      Column values = checked.column(columns.get(j).spec().name());
      for (int row = 0; row < rows.length; row++) {
        rows[row][j] = columns.get(j).interval(values, row).middle();
      }
    }
    return rows;
  }

  /**
   * Values from scores: modelled and constant columns, in the schema's order and types.
   *
   * @param scores rows × modelled columns
   * @throws DataException if rows are of another length or a score is NaN
   */
  public Table decode(double[][] scores) {
    double[][] byColumn = new double[width()][scores.length];
    for (int row = 0; row < scores.length; row++) {
      if (scores[row].length != width()) {
        throw new DataException(
            "row index %d has %d scores".formatted(row, scores[row].length),
            "give one for each of the %d modelled columns".formatted(width()));
      }
      for (int c = 0; c < width(); c++) {
        if (Double.isNaN(scores[row][c])) {
          throw new DataException(
              "row index %d has no score for column '%s'"
                  .formatted(row, columns.get(c).spec().name()),
              "give numbers");
        }
        byColumn[c][row] = scores[row][c];
      }
    }
    List<Column> decoded = new ArrayList<>();
    int next = 0;
    for (ColumnSpec spec : schema.columns()) {
      if (spec.kind().isModelled()) {
        decoded.add(columns.get(next).decode(byColumn[next]));
        next++;
      } else if (spec.kind() == ColumnKind.CONSTANT) {
        decoded.add(constant(spec, scores.length));
      }
    }
    return Table.of(decoded);
  }

  /** A constant column of so many rows. */
  public static Column constant(ColumnSpec spec, int rows) {
    return new CategoricalEncoder(spec, new double[] {1}).decode(new double[rows]);
  }

  /** As {@link #decode(double[][])}. */
  public Table decode(Dataset scores) {
    double[][] rows = new double[scores.rows()][scores.columns()];
    for (int row = 0; row < rows.length; row++) {
      scores.gather(new int[] {row}, rows[row]);
    }
    return decode(rows);
  }

  /** The document {@code table.json}. */
  public String toJson() {
    ObjectNode json = MAPPER.createObjectNode();
    json.put("format", FORMAT);
    json.set("schema", schema.toJson());
    ArrayNode encoders = json.putArray("encoders");
    for (ColumnEncoder column : columns) {
      ObjectNode encoder = encoders.addObject();
      encoder.put("column", column.spec().name());
      column.writeTo(encoder);
    }
    try {
      return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(json) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a JSON tree that cannot be written", e);
    }
  }

  /**
   * What {@link #toJson} wrote, to the bit.
   *
   * @throws EbbException if it is damaged or of another version
   */
  public static TableEncoder fromJson(String text) {
    JsonNode json;
    try {
      json = MAPPER.readTree(text);
    } catch (JsonProcessingException e) {
      throw new EbbException("table.json is not JSON", "restore the file", e);
    }
    if (!FORMAT.equals(json.path("format").asText())) {
      throw new EbbException(
          "table.json has the format '%s', not %s".formatted(json.path("format").asText(), FORMAT),
          "use the version of Ebb that wrote it");
    }
    Schema schema = Schema.fromJson(json.path("schema"));
    JsonNode encoders = json.path("encoders");
    List<ColumnSpec> specs = schema.modelled();
    if (encoders.size() != specs.size()) {
      throw new EbbException(
          "table.json has %d encoders for %d columns".formatted(encoders.size(), specs.size()),
          "restore the file");
    }
    List<ColumnEncoder> columns = new ArrayList<>();
    for (int c = 0; c < specs.size(); c++) {
      columns.add(EncoderJson.read(specs.get(c), encoders.get(c)));
    }
    return new TableEncoder(schema, columns);
  }
}

package org.ebbflow.cli.command.table;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.ebbflow.EbbException;
import org.ebbflow.cli.command.OutputName;
import org.ebbflow.cli.task.ProgressLine;
import org.ebbflow.tabular.FilteredSampler;
import org.ebbflow.tabular.TabularModel;
import org.ebbflow.tabular.compare.ClosestRecord;
import org.ebbflow.tabular.table.Table;
import org.ebbflow.tabular.table.TableFormat;
import org.ebbflow.tabular.table.TableSource;
import org.ebbflow.tabular.table.TableWriter;
import org.ebbflow.tensor.Rng;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What {@code ebb sample} takes for tables: conditions, balance, and a look at privacy. */
public final class TableSampling {
  private static final int PIECE = 50_000;

  @Option(
      names = "--where",
      paramLabel = "SQL",
      description = "Of tables: draw rows that meet a condition, as \"class = 'a' and age > 30\".")
  private @Nullable String where;

  @Option(
      names = "--rebalance",
      paramLabel = "C",
      description = "Of tables: draw equally many rows of each value of a column.")
  private @Nullable String balanced;

  @Option(
      names = "--privacy",
      paramLabel = "F",
      arity = "2",
      description =
          "Of tables: two files, the training rows and rows held out; says how close the draws come"
              + " to each.")
  private Path @Nullable [] records;

  /** Whether any of these is given. */
  public boolean isUsed() {
    return where != null || balanced != null || records != null;
  }

  /** Draws, writes, and says what was done. */
  public Map<String, Object> run(TabularModel model, int n, long seed, Path out) {
    if (where != null && balanced != null) {
      throw new EbbException("--where and --rebalance do not go together", "give one of them");
    }
    if (records != null) {
      OutputName.requireOther("--out", out, Arrays.stream(records).map(Path::toString).toList());
    }
    Map<String, Object> result = new LinkedHashMap<>();
    try (TableWriter writer = TableWriter.create(out)) {
      TableFormat format = model.schema().format();
      Table training = records == null ? null : TableSource.read(records[0].toString(), format);
      Table heldOut = records == null ? null : TableSource.read(records[1].toString(), format);
      Table drawn = draw(model, n, seed);
      writer.append(drawn);
      result.put("rows", drawn.rows());
      result.put("out", out.toString());
      result.put("seed", seed);
      if (training != null && heldOut != null) {
        ClosestRecord closest = ClosestRecord.measure(model.encoder(), drawn, training, heldOut);
        result.put("privacy", figures(closest));
      }
      writer.commit();
    }
    return result;
  }

  private Table draw(TabularModel model, int n, long seed) {
    try (ProgressLine progress = ProgressLine.share("sample")) {
      FilteredSampler sampler = new FilteredSampler(model, seed, progress::shareDone);
      if (where != null) {
        return sampler.where(n, where);
      }
      return balanced != null ? sampler.balanced(n, balanced) : plain(model, n, seed, progress);
    }
  }

  private static Map<String, Object> figures(ClosestRecord closest) {
    Map<String, Object> privacy = new LinkedHashMap<>();
    privacy.put("medianDistanceToTraining", closest.toTraining());
    privacy.put("medianDistanceToHeldOut", closest.toHeldOut());
    privacy.put("closerToTraining", closest.closerToTraining());
    privacy.put("copies", closest.copies());
    return privacy;
  }

  private static Table plain(TabularModel model, int n, long seed, ProgressLine progress) {
    List<Table> pieces = new ArrayList<>();
    for (int from = 0; from < n; from += PIECE) {
      int done = from;
      int rows = Math.min(PIECE, n - from);
      pieces.add(
          model.sample(
              rows,
              Rng.mix(seed, from / PIECE),
              share -> progress.shareDone((done + share * rows) / n)));
    }
    return Table.concatenate(pieces);
  }
}

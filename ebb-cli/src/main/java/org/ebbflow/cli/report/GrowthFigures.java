package org.ebbflow.cli.report;

import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.ebbflow.data.Dataset;
import org.ebbflow.model.DensityModel;
import org.ebbflow.model.Trajectory;
import org.ebbflow.train.BlockRecord;

/**
 * Pictures of a flow that grew by blocks: rows on their way block by block, and what each block's
 * training came to.
 *
 * @param model the flow
 * @param records in the order of training
 */
public record GrowthFigures(DensityModel model, List<BlockRecord> records) {
  private static final int TILE = 150;
  private static final int FRAME = 320;
  private static final int PARTS = 6;

  /** Copies the list. */
  public GrowthFigures {
    records = List.copyOf(records);
  }

  /** Data, and where each block takes it, of models of two columns; PNG. */
  public byte[] forward(Dataset data) {
    return tiles(new Trajectory(model, 1).forward(data), "data", "block ", 1, 1);
  }

  /** Noise, and where each block takes it on the way back, of models of two columns; PNG. */
  public byte[] backward(int n, long seed) {
    List<double[][]> stations = new Trajectory(model, 1).backward(n, seed);
    return tiles(stations, "noise", "back to ", stations.size() - 2, -1);
  }

  /** Noise on its way to draws, of models of two columns; an animated PNG. */
  public byte[] animation(int n, long seed) {
    List<double[][]> stations = new Trajectory(model, PARTS).backward(n, seed);
    Scatter scatter = new Scatter(reach(stations), FRAME);
    return AnimatedPng.encode(stations.stream().map(scatter::image).toList(), 60, 2000);
  }

  private static byte[] tiles(
      List<double[][]> stations, String start, String name, int first, int step) {
    Scatter scatter = new Scatter(reach(stations), TILE);
    List<Mosaic.Tile> tiles = new ArrayList<>();
    for (int i = 0; i < stations.size(); i++) {
      BufferedImage image = scatter.image(stations.get(i));
      tiles.add(new Mosaic.Tile(i == 0 ? start : name + (first + (i - 1) * step), image));
    }
    int columns = Math.min(tiles.size(), 5);
    Mosaic mosaic = new Mosaic(TILE);
    for (int from = 0; from < tiles.size(); from += columns) {
      mosaic.row(tiles.subList(from, Math.min(tiles.size(), from + columns)));
    }
    return mosaic.png();
  }

  /** One scale for all stations, that of the widest end. */
  private static double reach(List<double[][]> stations) {
    return Math.max(
        Scatter.around(stations.get(0), 1).halfWidth(),
        Scatter.around(stations.get(stations.size() - 1), 1).halfWidth());
  }

  /** The W₂ movement of each block, a curve for each phase of training. */
  public LineChart movements() {
    LineChart chart = new LineChart("Movement of a block", "block", "W₂ distance");
    int last = records.isEmpty() ? -1 : records.get(records.size() - 1).phase();
    for (int phase = 0; phase <= last; phase++) {
      List<BlockRecord> some = ofPhase(phase);
      if (some.size() > 1) {
        chart.line(
            phase == 0 ? "as grown" : "retrained " + phase,
            blocks(some),
            some.stream().mapToDouble(BlockRecord::movement).toArray());
      }
    }
    return chart;
  }

  /** The parts of each block's loss over validation rows, in the last phase of several blocks. */
  public LineChart terms() {
    List<BlockRecord> some = latest();
    LineChart chart = new LineChart("Parts of the loss", "block", "nats");
    chart.line(
        "potential", blocks(some), some.stream().mapToDouble(BlockRecord::potential).toArray());
    chart.line(
        "divergence", blocks(some), some.stream().mapToDouble(BlockRecord::divergence).toArray());
    chart.line("movement", blocks(some), some.stream().mapToDouble(BlockRecord::penalty).toArray());
    return chart;
  }

  /** A line for each block trained. */
  public Table table() {
    Table table =
        new Table("Every block in the order of training; losses over validation rows.")
            .number("Phase")
            .number("Block")
            .number("h")
            .number("Steps")
            .number("Seconds")
            .number("W₂ movement")
            .number("NLL [nats]")
            .number("Inversion error");
    for (BlockRecord r : records) {
      table.row(
          String.valueOf(r.phase()),
          String.valueOf(r.block() + 1),
          format("%.3f", r.h()),
          format("%,d", r.steps()),
          format("%.1f", r.seconds()),
          format("%.4f", r.movement()),
          format("%.4f", r.nll()),
          format("%.2e", r.inversionError()));
    }
    return table;
  }

  /** Those of the last phase that has several: a free block's has one. */
  private List<BlockRecord> latest() {
    int phase = records.stream().mapToInt(BlockRecord::phase).max().orElse(0);
    int last = phase;
    while (last > 0 && ofPhase(last).size() < 2) {
      last--;
    }
    return ofPhase(last);
  }

  private List<BlockRecord> ofPhase(int phase) {
    return records.stream().filter(r -> r.phase() == phase).toList();
  }

  private static double[] blocks(List<BlockRecord> some) {
    return some.stream().mapToDouble(r -> r.block() + 1).toArray();
  }

  private static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }
}

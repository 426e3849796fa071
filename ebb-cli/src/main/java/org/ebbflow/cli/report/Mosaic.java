package org.ebbflow.cli.report;

import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.ebbflow.EbbException;
import org.jspecify.annotations.Nullable;

/** Pictures in rows and columns, each with a line of text above it. */
public final class Mosaic {
  private static final int GAP = 8;
  private static final int TEXT = 18;

  private final int side;
  private final List<List<Tile>> rows = new ArrayList<>();

  /**
   * A picture of its own.
   *
   * @param title the line above it
   * @param image what is shown; null leaves the place empty
   */
  public record Tile(String title, @Nullable BufferedImage image) {

    /** The picture in a file, or an empty place if there is no such file. */
    public static Tile read(String title, Path file) {
      if (!Files.isRegularFile(file)) {
        return new Tile(title + ": not yet", null);
      }
      try {
        return new Tile(title, ImageIO.read(file.toFile()));
      } catch (IOException e) {
        throw new EbbException("cannot read " + file, "remove it and run its cell again", e);
      }
    }
  }

  /**
   * An empty one.
   *
   * @param side of the square place that each picture is scaled to, in pixels
   */
  public Mosaic(int side) {
    this.side = side;
  }

  /** Adds a row below. */
  public Mosaic row(List<Tile> tiles) {
    rows.add(List.copyOf(tiles));
    return this;
  }

  /** The whole as the bytes of a PNG file. */
  public byte[] png() {
    int columns = rows.stream().mapToInt(List::size).max().orElse(0);
    int width = GAP + Math.max(1, columns) * (side + GAP);
    int height = GAP + Math.max(1, rows.size()) * (side + TEXT + GAP);
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D canvas = image.createGraphics();
    try {
      canvas.setColor(Color.WHITE);
      canvas.fillRect(0, 0, width, height);
      canvas.setRenderingHint(
          RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
      canvas.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 12));
      canvas.setColor(Color.BLACK);
      for (int i = 0; i < rows.size(); i++) {
        for (int j = 0; j < rows.get(i).size(); j++) {
          draw(canvas, rows.get(i).get(j), GAP + j * (side + GAP), GAP + i * (side + TEXT + GAP));
        }
      }
    } finally {
      canvas.dispose();
    }
    return Png.encode(image);
  }

  private void draw(Graphics2D canvas, Tile tile, int x, int y) {
    canvas.drawString(tile.title(), x, y + TEXT - 6);
    if (tile.image() == null) {
      canvas.drawRect(x, y + TEXT, side - 1, side - 1);
    } else {
      canvas.drawImage(tile.image(), x, y + TEXT, side, side, null);
    }
  }
}

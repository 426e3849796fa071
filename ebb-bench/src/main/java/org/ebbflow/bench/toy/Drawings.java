package org.ebbflow.bench.toy;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.AffineTransform;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Line2D;
import java.awt.geom.Path2D;
import java.awt.image.BufferedImage;
import java.util.function.Consumer;

/** Line drawings to take densities from, made here, black on white, y upwards on [−1, 1]². */
final class Drawings {
  private static final int SIDE = 224;
  private static final int TREE_SIDE = 500;

  private Drawings() {}

  /** A flower: petals in a spiral, a stem and two leaves. */
  static BufferedImage rose() {
    return draw(
        SIDE,
        canvas -> {
          stroke(canvas, 0.03);
          Path2D spiral = new Path2D.Double();
          for (int i = 0; i <= 400; i++) {
            double angle = i * 4.2 * Math.PI / 400;
            // Petals: a radius that grows as it turns and waves five times a turn.
            double radius = (0.03 + 0.033 * angle) * (1 + 0.13 * Math.sin(5 * angle / 2));
            double x = radius * Math.cos(angle);
            double y = 0.45 + 0.9 * radius * Math.sin(angle);
            if (i == 0) {
              spiral.moveTo(x, y);
            } else {
              spiral.lineTo(x, y);
            }
          }
          canvas.draw(spiral);
          petal(canvas, -0.46, 0.36, -0.05, -0.12, -0.52, -0.06);
          petal(canvas, 0.46, 0.4, -0.05, -0.12, 0.5, -0.04);
          petal(canvas, -0.3, 0.8, 0.32, 0.8, 0, 1.02);
          stroke(canvas, 0.05);
          Path2D stem = new Path2D.Double();
          stem.moveTo(-0.05, -0.1);
          stem.curveTo(0.05, -0.4, -0.12, -0.7, -0.08, -0.98);
          canvas.draw(stem);
          stroke(canvas, 0.025);
          leaf(canvas, 0.0, -0.45, 0.62, -0.3);
          leaf(canvas, -0.05, -0.6, -0.66, -0.42);
          leaf(canvas, -0.06, -0.75, 0.5, -0.72);
        });
  }

  /** A tree whose branches fork, shorter and thinner each time. */
  static BufferedImage tree() {
    return draw(TREE_SIDE, canvas -> branch(canvas, 0, -0.95, Math.PI / 2, 0.47, 0.05, 7));
  }

  /** Five rings, three above and two below. */
  static BufferedImage rings() {
    return draw(
        SIDE,
        canvas -> {
          stroke(canvas, 0.06);
          double[][] centres = {
            {-0.62, 0.18}, {0, 0.18}, {0.62, 0.18}, {-0.31, -0.14}, {0.31, -0.14}
          };
          for (double[] centre : centres) {
            canvas.draw(new Ellipse2D.Double(centre[0] - 0.28, centre[1] - 0.28, 0.56, 0.56));
          }
        });
  }

  private static void branch(
      Graphics2D canvas, double x, double y, double angle, double length, double width, int depth) {
    double endX = x + length * Math.cos(angle);
    double endY = y + length * Math.sin(angle);
    stroke(canvas, width);
    canvas.draw(new Line2D.Double(x, y, endX, endY));
    if (depth > 0) {
      for (int side = -1; side <= 1; side += 2) {
        double turned = angle + side * 0.45;
        branch(canvas, endX, endY, turned, 0.76 * length, Math.max(0.008, 0.68 * width), depth - 1);
      }
    }
  }

  private static void petal(
      Graphics2D canvas, double x, double y, double endX, double endY, double byX, double byY) {
    Path2D path = new Path2D.Double();
    path.moveTo(x, y);
    path.quadTo(byX, byY, endX, endY);
    canvas.draw(path);
  }

  private static void leaf(Graphics2D canvas, double x, double y, double endX, double endY) {
    double normalX = -(endY - y) * 0.45;
    double normalY = (endX - x) * 0.45;
    double middleX = (x + endX) / 2;
    double middleY = (y + endY) / 2;
    petal(canvas, x, y, endX, endY, middleX + normalX, middleY + normalY);
    petal(canvas, x, y, endX, endY, middleX - normalX, middleY - normalY);
    canvas.draw(new Line2D.Double(x, y, endX, endY));
  }

  private static void stroke(Graphics2D canvas, double width) {
    canvas.setStroke(new BasicStroke((float) width, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
  }

  private static BufferedImage draw(int side, Consumer<Graphics2D> lines) {
    BufferedImage image = new BufferedImage(side, side, BufferedImage.TYPE_INT_RGB);
    Graphics2D canvas = image.createGraphics();
    try {
      canvas.setColor(Color.WHITE);
      canvas.fillRect(0, 0, side, side);
      canvas.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
      canvas.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
      canvas.setColor(Color.BLACK);
      canvas.transform(new AffineTransform(side / 2.0, 0, 0, -side / 2.0, side / 2.0, side / 2.0));
      lines.accept(canvas);
    } finally {
      canvas.dispose();
    }
    return image;
  }
}

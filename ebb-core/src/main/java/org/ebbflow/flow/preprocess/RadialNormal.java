package org.ebbflow.flow.preprocess;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.EbbException;
import org.ebbflow.flow.Bijection;
import org.ebbflow.flow.Jet;
import org.ebbflow.flow.elementwise.MonotoneRoot;
import org.ebbflow.tensor.Engine;
import org.ebbflow.tensor.Ops;
import org.ebbflow.tensor.Scope;
import org.jspecify.annotations.Nullable;

/**
 * {@code z = x·g(r)/r} with {@code r = ‖x‖} on rows (B, D), where {@code log g = s(log r)} takes
 * the radii of some rows to those of a normal: {@code log|det| = D·(s − log r) + log s′}.
 *
 * <p>Whitened rows of an elliptical density become normal by it, however heavy its tails; those of
 * any other come nearer. s is an increasing cubic between fixed points and straight beyond them. At
 * the centre itself r is taken for 1e−12. Kept and applied in double precision; thread-safe.
 *
 * <p>Source of the map: Lyu and Simoncelli, "Nonlinear extraction of independent components of
 * natural images using radial Gaussianization", Neural Computation 21(6), 2009, eq. 2.3; of the
 * cubic: Fritsch and Carlson, "Monotone piecewise cubic interpolation", 1980.
 */
public final class RadialNormal implements Bijection {
  private static final int KNOTS = 33;
  private static final double LEAST_SQUARE = 1e-24;
  private static final double LEAST_GAP = 1e-3;

  private final Tensor knots;
  private final Tensor pieces;

  private RadialNormal(Engine engine, double[] knots, double[][] pieces) {
    double[] flat = Arrays.stream(pieces).flatMapToDouble(Arrays::stream).toArray();
    try (Scope scope = Scope.open()) {
      this.knots = Scope.own(engine.exact(knots, knots.length));
      this.pieces = Scope.own(engine.exact(flat, pieces.length, 4));
    }
  }

  /** The identity, for constants still to be read. */
  public static RadialNormal identity(Engine engine) {
    double[] knots = new double[KNOTS];
    Arrays.setAll(knots, k -> k);
    return new RadialNormal(engine, knots, pieces(knots, knots));
  }

  /**
   * The map that takes radii of the given distribution to those of a normal in D dimensions.
   *
   * @param radii some rows' norms, at least 0; sorted in place
   * @throws EbbException if there are fewer than 100
   */
  public static RadialNormal of(Engine engine, double[] radii, int dimension) {
    if (radii.length < 100) {
      throw new EbbException(
          "a radial map cannot be fitted to " + radii.length + " rows",
          "give 100 or more, or use --set preprocessing.kind=whiten");
    }
    Arrays.sort(radii);
    double[] shares = new double[KNOTS];
    // Equally spaced log-odds: near the ends, where tails begin, about ten rows lie beyond.
    double end = Math.log(radii.length / 10.0);
    Arrays.setAll(shares, k -> 1 / (1 + Math.exp(end * (1 - 2.0 * k / (KNOTS - 1)))));
    double[] from = new double[KNOTS];
    for (int k = 0; k < KNOTS; k++) {
      double radius = radii[(int) (shares[k] * (radii.length - 1))];
      double log = 0.5 * Math.log(Math.max(radius * radius, LEAST_SQUARE));
      from[k] = k == 0 ? log : Math.max(log, from[k - 1] + LEAST_GAP);
    }
    double[] to = normalRadii(dimension, shares);
    Arrays.setAll(to, k -> Math.log(to[k]));
    return new RadialNormal(engine, from, pieces(from, to));
  }

  /** Quantiles of {@code ‖z‖}, z normal in D dimensions, by summing its density on a fine grid. */
  static double[] normalRadii(int dimension, double[] shares) {
    int n = 20_000;
    double low = Math.max(0, Math.sqrt(dimension) - 9);
    double step = (Math.sqrt(dimension) + 9 - low) / n;
    double peak = Math.sqrt(Math.max(dimension - 1, 1e-9));
    double[] cumulative = new double[n + 1];
    for (int i = 1; i <= n; i++) {
      double r = low + (i - 0.5) * step;
      double log = (dimension - 1) * Math.log(r / peak) - 0.5 * (r * r - peak * peak);
      cumulative[i] = cumulative[i - 1] + Math.exp(log);
    }
    double[] quantiles = new double[shares.length];
    for (int k = 0; k < shares.length; k++) {
      double wanted = shares[k] * cumulative[n];
      int found = Arrays.binarySearch(cumulative, wanted);
      int i = Math.min(n, Math.max(1, found < 0 ? -found - 1 : found));
      double inside = (wanted - cumulative[i - 1]) / (cumulative[i] - cumulative[i - 1]);
      quantiles[k] = low + (i - 1 + inside) * step;
    }
    return quantiles;
  }

  /** Coefficients of 1, t, t², t³ below the first knot, after each but the last, and beyond it. */
  private static double[][] pieces(double[] x, double[] y) {
    int n = x.length;
    double[] secants = new double[n - 1];
    Arrays.setAll(secants, k -> (y[k + 1] - y[k]) / (x[k + 1] - x[k]));
    double[] slopes = new double[n];
    for (int k = 0; k < n; k++) {
      double before = secants[Math.max(0, k - 1)];
      double after = secants[Math.min(n - 2, k)];
      slopes[k] = 2 * before * after / (before + after); // harmonic means keep the cubic increasing
    }
    double[][] pieces = new double[n + 1][];
    pieces[0] = new double[] {y[0], slopes[0], 0, 0};
    pieces[n] = new double[] {y[n - 1], slopes[n - 1], 0, 0};
    for (int k = 0; k < n - 1; k++) {
      double h = x[k + 1] - x[k];
      double c = (3 * secants[k] - 2 * slopes[k] - slopes[k + 1]) / h;
      double d = (slopes[k] + slopes[k + 1] - 2 * secants[k]) / (h * h);
      pieces[k + 1] = new double[] {y[k], slopes[k], c, d};
    }
    return pieces;
  }

  /** s and its first three derivatives. */
  private Tensor[] curve(Tensor at) {
    Tensor piece = Ops.bucket(at, knots);
    Tensor starts = Ops.join(Ops.rows(knots, 0, 1), knots, 0);
    Tensor t = at.sub(Ops.entries(starts, piece));
    Tensor coefficients = Ops.entries(pieces, piece);
    Tensor a = column(coefficients, 0);
    Tensor b = column(coefficients, 1);
    Tensor c = column(coefficients, 2);
    Tensor d = column(coefficients, 3);
    Tensor cubic = a.add(t.mul(b.add(t.mul(c.add(t.mul(d))))));
    Tensor slope = b.add(t.mul(Ops.mul(c, 2).add(t.mul(Ops.mul(d, 3)))));
    Tensor bend = Ops.mul(c, 2).add(t.mul(Ops.mul(d, 6)));
    return new Tensor[] {cubic, slope, bend, Ops.mul(d, 6)};
  }

  private static Tensor column(Tensor table, int column) {
    return Ops.slice(table, 1, column, column + 1).squeeze(1);
  }

  private static Jet logRadius(Jet x) {
    Jet square = x.mul(x).sumEvent();
    Tensor v = Ops.atLeast(square.value(), LEAST_SQUARE);
    return square.compose(
        Ops.mul(v.log(), 0.5),
        Ops.mul(v.reciprocal(), 0.5),
        Ops.mul(v.square().reciprocal(), -0.5));
  }

  @Override
  public Mapped forward(Jet rows, @Nullable Tensor condition) {
    Jet x = rows.linear(Ops::toDouble);
    Jet radius = logRadius(x);
    Tensor[] s = curve(radius.value());
    Tensor bend = s[2].div(s[1]);
    Jet logScale = radius.compose(s[0], s[1], s[2]).add(radius.mul(-1));
    Jet logSlope = radius.compose(s[1].log(), bend, s[3].div(s[1]).sub(bend.square()));
    Tensor scale = logScale.value().exp();
    Jet z = x.mul(logScale.compose(scale, scale, scale).linear(t -> t.unsqueeze(1)));
    Jet logDet = logScale.mul((double) x.value().size(1)).add(logSlope);
    return new Mapped(
        z.linear(t -> Ops.as(t, rows.value())), logDet.linear(t -> Ops.as(t, rows.value())));
  }

  @Override
  public Tensor inverse(Tensor rows, @Nullable Tensor condition) {
    Tensor z = Ops.toDouble(rows);
    Tensor to = logRadius(Jet.of(z)).value();
    // Beyond the knots the map is straight, so that its inverse there brackets the solution.
    double[] first = Engine.doubles(Ops.rows(pieces, 0, 1));
    double[] last = Engine.doubles(Ops.rows(pieces, pieces.size(0) - 1, pieces.size(0)));
    double[] x = Engine.doubles(knots);
    Tensor below = Ops.add(Ops.mul(Ops.add(to, -first[0]), 1 / first[1]), x[0]);
    Tensor above = Ops.add(Ops.mul(Ops.add(to, -last[0]), 1 / last[1]), x[x.length - 1]);
    Tensor low = Ops.add(Ops.atMost(below, x[0]), -1);
    Tensor high = Ops.add(Ops.atLeast(above, x[x.length - 1]), 1);
    Tensor from = MonotoneRoot.solve(describe(), this::curve, to, low, high);
    return z.mul(from.sub(to).exp().unsqueeze(1));
  }

  @Override
  public Map<String, Tensor> buffers() {
    Map<String, Tensor> buffers = new LinkedHashMap<>();
    buffers.put("knots", knots);
    buffers.put("pieces", pieces);
    return buffers;
  }

  @Override
  public String describe() {
    return "RadialNormal";
  }
}

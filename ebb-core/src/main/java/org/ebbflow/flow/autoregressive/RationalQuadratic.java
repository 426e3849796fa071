package org.ebbflow.flow.autoregressive;

import org.bytedeco.pytorch.Tensor;
import org.ebbflow.EbbException;
import org.ebbflow.flow.Jet;
import org.ebbflow.tensor.Ops;

/**
 * Increasing splines of K pieces on [−B, B], the identity outside, entry by entry; the pieces are
 * quotients of quadratic polynomials, which meet with equal slopes.
 *
 * <p>With {@code θ = (x − x_k)/w}, a piece's mean slope {@code s = h/w} and the slopes d and d' at
 * its ends,
 *
 * <pre>
 *   q  = s + (d + d' − 2s)·θ(1 − θ)
 *   y  = y_k + h·(sθ² + dθ(1 − θ))/q
 *   y' = s²·(d'θ² + 2sθ(1 − θ) + d(1 − θ)²)/q²
 * </pre>
 *
 * <p>3K − 1 numbers make a spline: K for the widths w and K for the heights h, of which a softmax
 * gives the shares in 2B; K − 1 for the slopes between pieces, through a softplus. All zero they
 * give the identity. No share and no slope is below 0.001.
 *
 * <p>Source: Durkan, Bekasov, Murray and Papamakarios, "Neural spline flows", 2019,
 * arXiv:1906.04032, section 3.1; Gregory and Delbourgo, 1982.
 *
 * @param bins K, 2 to 500
 * @param bound B, positive
 */
record RationalQuadratic(int bins, double bound) {
  private static final double LEAST = 1e-3;

  /** What the softplus of gives, with {@link #LEAST}, slope 1. */
  private static final double UNIT_SLOPE = Math.log(Math.expm1(1 - LEAST));

  /** The sides of the square that a piece is looked up on. */
  private static final int WIDTH = 0;

  private static final int HEIGHT = 1;

  /**
   * Entries moved.
   *
   * @param value y
   * @param logSlope log y′, in nats
   */
  record Moved(Jet value, Jet logSlope) {}

  /** The pieces that entries lie in; {@code chord} is s. */
  private record Piece(Jet left, Jet width, Jet bottom, Jet height, Jet chord, Jet begin, Jet end) {
    /** {@code d + d' − 2s}. */
    Jet bend() {
      return begin.add(end).add(chord.mul(-2));
    }
  }

  /** Checks the ranges. */
  RationalQuadratic {
    if (bins < 2 || bins > 500) {
      throw new EbbException("bins is " + bins, "give 2 to 500");
    }
    if (!(bound > 0 && Double.isFinite(bound))) {
      throw new EbbException("bound is " + bound, "give a positive number");
    }
  }

  /** How many numbers make a spline of so many pieces. */
  static int numbers(int bins) {
    return 3 * bins - 1;
  }

  /**
   * y and log y′.
   *
   * @param x (B, D)
   * @param numbers (B, D, 3K − 1)
   */
  Moved forward(Jet x, Jet numbers) {
    Tensor inside = Ops.less(x.value().detach().abs(), bound);
    Jet within = clamped(x, inside);
    Piece piece = piece(within.value(), numbers, WIDTH);
    Jet theta = within.sub(piece.left()).div(piece.width());
    Jet rest = theta.mul(-1).add(1);
    Jet between = theta.mul(rest);
    Jet square = theta.mul(theta);
    Jet chord = piece.chord();
    Jet quotient = chord.add(piece.bend().mul(between));
    Jet rise = chord.mul(square).add(piece.begin().mul(between));
    Jet y = piece.bottom().add(piece.height().mul(rise).div(quotient));
    Jet slope =
        piece
            .end()
            .mul(square)
            .add(chord.mul(between).mul(2))
            .add(piece.begin().mul(rest.mul(rest)));
    Jet ratio = chord.div(quotient);
    Jet logSlope = slope.mul(ratio.mul(ratio)).log();
    Jet none = Jet.constant(Ops.zerosLike(x.value()), x.order());
    return new Moved(y.where(inside, x), logSlope.where(inside, none));
  }

  /**
   * x with {@code y(x) = z}, not recorded by autograd: the root of a quadratic equation, computed
   * in double precision without differences of near numbers.
   *
   * @param z (B, D)
   * @param numbers (B, D, 3K − 1)
   */
  Tensor inverse(Tensor z, Tensor numbers) {
    Tensor exact = Ops.toDouble(z);
    Tensor within = Ops.clamp(exact, -bound, bound);
    Piece piece = piece(within, Jet.of(Ops.toDouble(numbers)), HEIGHT);
    Tensor height = piece.height().value();
    Tensor chord = piece.chord().value();
    Tensor begin = piece.begin().value();
    Tensor above = within.sub(piece.bottom().value());
    Tensor bend = above.mul(piece.bend().value());
    Tensor a = height.mul(chord.sub(begin)).add(bend);
    Tensor b = height.mul(begin).sub(bend);
    Tensor c = above.mul(chord);
    // Rounding alone can make it negative, where the derivative all but vanishes.
    Tensor root = Ops.atLeast(b.square().add(Ops.mul(a.mul(c), 4)), 0).sqrt();
    // One root, twice: a + b = hs > 0, so that no denominator vanishes where it is taken.
    Tensor rising = Ops.mul(c, 2).div(Ops.atLeast(b.add(root), Double.MIN_NORMAL));
    Tensor falling = root.sub(b).div(Ops.mul(a, 2));
    Tensor theta = Ops.clamp(Ops.where(Ops.less(b, 0), falling, rising), 0, 1);
    Tensor x = piece.left().value().add(theta.mul(piece.width().value()));
    Tensor inside = Ops.less(exact.abs(), bound);
    return Ops.as(Ops.where(inside, x, exact), z);
  }

  private Jet clamped(Jet x, Tensor inside) {
    Tensor y = Ops.clamp(x.value(), -bound, bound);
    if (x.order() == 0) {
      return x.compose(y);
    }
    return x.compose(y, Ops.as(inside, y), Ops.zerosLike(y));
  }

  private Piece piece(Tensor at, Jet numbers, int side) {
    long rows = at.size(0);
    long columns = at.size(1);
    Jet shares =
        numbers.slice(2, 0, 2L * bins).linear(t -> t.reshape(rows, columns, 2, bins)).softmax();
    Jet sums = shares.linear(t -> t.cumsum(3));
    Tensor counts = Ops.counts(bins, at);
    double scale = 2 * bound * (1 - bins * LEAST);
    double least = 2 * bound * LEAST;
    Tensor ends =
        Ops.addScaled(
            Ops.add(Ops.mul(sums.value().detach().select(2, side), scale), -bound), counts, least);
    Tensor number = Ops.atMost(Ops.as(Ops.bucketOfRows(at, ends), at), bins - 1);
    Tensor both = Ops.toIndices(number).unsqueeze(2).unsqueeze(3).expand(rows, columns, 2, 1);
    Jet share = shares.linear(t -> t.gather(3, both).squeeze(3));
    Jet sum = sums.linear(t -> t.gather(3, both).squeeze(3));
    Jet size = share.mul(scale).add(least);
    Tensor offset = Ops.add(Ops.mul(number, least), -bound).unsqueeze(2);
    Jet start = sum.sub(share).mul(scale).add(offset);
    Jet slopes = slopes(numbers, number);
    Jet width = entry(size, WIDTH);
    Jet height = entry(size, HEIGHT);
    return new Piece(
        entry(start, WIDTH),
        width,
        entry(start, HEIGHT),
        height,
        height.div(width),
        entry(slopes, 0),
        entry(slopes, 1));
  }

  /** Slopes at both ends of the pieces of numbers 0 to K − 1, (B, D, 2); 1 at −B and B. */
  private Jet slopes(Jet numbers, Tensor number) {
    Tensor two = Ops.join(Ops.add(number, -1).unsqueeze(2), number.unsqueeze(2), 2);
    Tensor known = Ops.clamp(two, 0, bins - 2);
    Tensor trained = Ops.as(known.eq(two), numbers.value());
    Tensor entries = Ops.toIndices(known);
    Jet raw =
        numbers
            .slice(2, 2L * bins, numbers(bins))
            .linear(t -> t.gather(2, entries).mul(trained))
            .add(UNIT_SLOPE);
    Tensor value = Ops.softplus(raw.value());
    if (raw.order() == 0) {
      return raw.compose(value).add(LEAST);
    }
    Tensor slope = raw.value().sigmoid();
    return raw.compose(value, slope, slope.mul(Ops.rsub(1, slope))).add(LEAST);
  }

  private static Jet entry(Jet pairs, int i) {
    return pairs.linear(t -> t.select(2, i));
  }
}

package org.ebbflow.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.ebbflow.EbbException;
import org.ebbflow.metric.FrechetDistance.Gaussian;
import org.junit.jupiter.api.Test;

class FrechetDistanceTest {
  private static double[][] diagonal(double... values) {
    double[][] matrix = new double[values.length][values.length];
    for (int i = 0; i < values.length; i++) {
      matrix[i][i] = values[i];
    }
    return matrix;
  }

  private static double[][] rows(int n, int d, double scale, double shift, long seed) {
    Random random = new Random(seed);
    double[][] rows = new double[n][d];
    for (double[] row : rows) {
      for (int j = 0; j < d; j++) {
        row[j] = shift + scale * (j + 1) * random.nextGaussian() + (j > 0 ? 0.5 * row[j - 1] : 0);
      }
    }
    return rows;
  }

  @Test
  void inOneDimensionItIsTheGapsOfMeansAndDeviations() {
    double squared =
        FrechetDistance.squared(
            new Gaussian(new double[] {1}, diagonal(4)),
            new Gaussian(new double[] {-2}, diagonal(9)));
    assertThat(squared).isCloseTo(9 + 1, within(1e-12));
  }

  @Test
  void diagonalCovariancesAddTheGapsOfDeviations() {
    double squared =
        FrechetDistance.squared(
            new Gaussian(new double[] {0, 1, 0}, diagonal(1, 4, 0)),
            new Gaussian(new double[] {0, 3, 0}, diagonal(9, 16, 25)));
    assertThat(squared).isCloseTo(4 + 4 + 4 + 25, within(1e-10));
  }

  @Test
  void commutingCovariancesAddTheGapsOfEigenvaluesRoots() {
    // Rotated by one angle: eigenvalues (1, 9) and (4, 16), so (1 − 2)² + (3 − 4)².
    double c = Math.cos(0.7);
    double s = Math.sin(0.7);
    double squared =
        FrechetDistance.squared(
            new Gaussian(new double[2], rotated(1, 9, c, s)),
            new Gaussian(new double[2], rotated(4, 16, c, s)));
    assertThat(squared).isCloseTo(2, within(1e-12));
  }

  @Test
  void covariancesThatDoNotCommuteFollowTheClosedFormForTwoByTwo() {
    // tr(A^½) = √(tr A + 2√det A) for the 2 × 2 product A = Σ₁Σ₂.
    double[][] a = {{2, 0.5}, {0.5, 1}};
    double[][] b = {{1, -0.8}, {-0.8, 3}};
    double trace = 0;
    for (int i = 0; i < 2; i++) {
      for (int j = 0; j < 2; j++) {
        trace += a[i][j] * b[j][i];
      }
    }
    double determinant = (2 - 0.25) * (3 - 0.64);
    double expected = 3 + 4 - 2 * Math.sqrt(trace + 2 * Math.sqrt(determinant));
    Gaussian first = new Gaussian(new double[2], a);
    Gaussian second = new Gaussian(new double[2], b);
    assertThat(FrechetDistance.squared(first, second)).isCloseTo(expected, within(1e-12));
    assertThat(FrechetDistance.squared(second, first)).isCloseTo(expected, within(1e-12));
  }

  @Test
  void aSampleIsAtNoDistanceFromItselfAndFromItsPermutation() {
    double[][] rows = rows(200, 80, 1, 0, 1);
    double[][] reversed = new double[rows.length][];
    for (int i = 0; i < rows.length; i++) {
      reversed[i] = rows[rows.length - 1 - i];
    }
    double size = FrechetDistance.squared(rows, rows(200, 80, 1, 50, 1));
    assertThat(FrechetDistance.squared(rows, rows) / size).isLessThan(1e-9);
    assertThat(FrechetDistance.squared(rows, reversed) / size).isLessThan(1e-9);
  }

  @Test
  void fewerRowsThanFeaturesAreAllowed() {
    double[][] rows = rows(10, 30, 1, 0, 1);
    assertThat(FrechetDistance.squared(rows, rows(10, 30, 1, 2, 2))).isFinite().isPositive();
    assertThat(FrechetDistance.squared(rows, rows)).isLessThan(1e-4);
  }

  @Test
  void shiftsAndScalesOfASampleGiveTheClosedForm() {
    double[][] rows = rows(500, 3, 1, 0, 3);
    double[][] moved = new double[rows.length][3];
    for (int i = 0; i < rows.length; i++) {
      for (int j = 0; j < 3; j++) {
        moved[i][j] = 2 * rows[i][j];
      }
    }
    // Σ₂ = 4Σ₁ commutes: tr(Σ₁) + ‖μ₁‖².
    Gaussian fitted = Gaussian.of(rows);
    double expected = 0;
    for (int j = 0; j < 3; j++) {
      expected += fitted.mean()[j] * fitted.mean()[j] + fitted.covariance()[j][j];
    }
    assertThat(FrechetDistance.squared(rows, moved)).isCloseTo(expected, within(1e-9));
  }

  @Test
  void theFitIsMeanAndCovarianceOverRowsLessOne() {
    Gaussian fitted = Gaussian.of(new double[][] {{0, 1}, {2, 1}, {4, 4}});
    assertThat(fitted.mean()).containsExactly(2, 2);
    assertThat(fitted.covariance()[0][0]).isCloseTo(4, within(1e-14));
    assertThat(fitted.covariance()[0][1]).isCloseTo(3, within(1e-14));
    assertThat(fitted.covariance()[1][1]).isCloseTo(3, within(1e-14));
  }

  @Test
  void whatCannotBeComparedIsNamed() {
    double[][] two = {{0, 1}, {1, 0}};
    refused(() -> FrechetDistance.squared(two, new double[][] {{1}, {2}}), "2 and 1 features");
    refused(() -> Gaussian.of(new double[][] {{1}}), "1 rows has no covariance");
    refused(() -> Gaussian.of(new double[][] {{1}, {1, 2}}), "row 1 has 2 features");
    refused(() -> Gaussian.of(new double[][] {{1}, {Double.NaN}}), "finite");
    refused(() -> new Gaussian(new double[2], diagonal(1)), "covariance of 1 rows");
    refused(
        () -> new Gaussian(new double[2], new double[][] {{1, 0.5}, {0, 1}}), "symmetric matrix");
    Gaussian negative = new Gaussian(new double[2], diagonal(1, -1));
    refused(() -> FrechetDistance.squared(negative, negative), "eigenvalue -1");
  }

  private static void refused(Runnable work, String part) {
    assertThatThrownBy(work::run).isInstanceOf(EbbException.class).hasMessageContaining(part);
  }

  private static double[][] rotated(double a, double b, double c, double s) {
    return new double[][] {
      {a * c * c + b * s * s, (a - b) * c * s}, {(a - b) * c * s, a * s * s + b * c * c}
    };
  }
}

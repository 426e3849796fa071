package org.ebbflow.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.flow.Flow;
import org.ebbflow.flow.Jet;
import org.ebbflow.flow.StandardNormal;
import org.ebbflow.flow.elementwise.Logit;
import org.ebbflow.flow.preprocess.Affine;
import org.ebbflow.tensor.DType;
import org.ebbflow.tensor.Engine;
import org.ebbflow.tensor.Ops;
import org.ebbflow.tensor.Scope;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Values, scores, losses and gradients of the EBFlow models and of Glow against numbers that the
 * published implementations computed. Another folder of such files can be named with {@code
 * -Debb.oracles=FOLDER}; the Glow file, 6 MB, is not kept here and is read only from there.
 */
class EbFlowOracleTest {
  private static final double VALUE = 1e-5;
  private static final double GRADIENT = 1e-4;

  static Stream<Path> files() throws IOException {
    String folder = System.getProperty("ebb.oracles", "src/test/resources/oracles");
    try (Stream<Path> all = Files.list(Path.of(folder))) {
      List<Path> found =
          all.filter(f -> f.getFileName().toString().matches("(ebflow|glow)_.*\\.safetensors"))
              .sorted()
              .toList();
      assertThat(found).as("oracles in %s", folder).isNotEmpty();
      return found.stream();
    }
  }

  @ParameterizedTest
  @MethodSource("files")
  void preprocessing_and_its_log_determinant(Path path) {
    for (DType dtype : List.of(DType.FLOAT64, DType.FLOAT32)) {
      try (Scope scope = Scope.open()) {
        OracleCase c = new OracleCase(path, dtype);
        Flow preprocessing =
            new Flow(
                c.engine,
                c.dimension,
                List.of(
                    Affine.scaling(c.engine, c.dimension, 1 / 256.0),
                    Affine.shrink(c.engine, c.dimension, 1e-6),
                    new Logit(c.number("logit_smoothness", 1))),
                new StandardNormal());
        Tensor raw = c.rows("input.raw").add(c.rows("input.dequant_noise"));
        Tensor x = preprocessing.forward(raw);
        assertClose("x", x, c.expected("x"), VALUE);
        Tensor base = new StandardNormal().logProb(Jet.of(x)).value();
        Tensor logDet = preprocessing.logProb(raw).sub(base);
        assertClose("ldj.preprocess", logDet, c.expected("ldj.preprocess"), VALUE);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("files")
  void energy_score_and_density(Path path) {
    for (DType dtype : List.of(DType.FLOAT64, DType.FLOAT32)) {
      try (Scope scope = Scope.open()) {
        OracleCase c = new OracleCase(path, dtype);
        Tensor x = c.rows("x");
        Tensor negativeEnergy = Ops.add(c.flow.energy(x).neg(), c.actNormLogDet());
        assertClose("neg_energy", negativeEnergy, c.expected("neg_energy"), VALUE);
        assertClose("log_prob", c.flow.logProb(x), c.expected("log_prob"), VALUE);
        assertClose("score", c.flow.score(x), c.expected("score"), VALUE);
        if (c.has("sample_from_z")) {
          assertClose("sample", c.flow.inverse(c.tensor("z")), c.expected("sample_from_z"), VALUE);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("files")
  void losses_and_parameter_gradients_of_all_five_objectives(Path path) {
    for (DType dtype : List.of(DType.FLOAT64, DType.FLOAT32)) {
      try (Scope scope = Scope.open()) {
        OracleCase c = new OracleCase(path, dtype);
        Tensor x = c.rows("x");
        check(c, "ml", c.flow.energy(x).add(c.flow.logZ()).mean());
        for (Differentiation way : Differentiation.values()) {
          SlicedScoreMatching ssm = new SlicedScoreMatching(1, true, 0, way);
          check(c, "ssm", ssm.evaluate(c.flow, x, null, c.rows("v")), VALUE);
          check(c, "ssm", ssm.losses(c.flow, x, null, c.rows("v")).mean());
          DenoisingScoreMatching dsm = new DenoisingScoreMatching(c.number("std"), true, 0, way);
          check(c, "dsm", dsm.evaluate(c.flow, x, null, c.rows("noise")), VALUE);
          check(c, "dsm", dsm.losses(c.flow, x, null, c.rows("noise")).mean());
        }
        Tensor finiteDifference =
            new FiniteDifferenceScoreMatching(c.number("eps"), false, 0)
                .losses(c.flow, x, null, c.rows("v"))
                .mean();
        double rounding = energyRounding(c) / Math.abs(c.expected("loss.fdssm")[0]);
        check(c, "fdssm", finiteDifference, Math.max(VALUE, rounding));
        if (!c.has("loss.sml")) {
          continue;
        }
        check(
            c,
            "sml", // the file divides by twice the batch
            Ops.mul(
                new SampledMaximumLikelihood().losses(c.flow, x, null, c.tensor("z")).mean(), 0.5));
      }
    }
  }

  /**
   * What single precision does to the finite-difference loss, in the file as in ours: each of its
   * four energies is off by about a unit in the last place δ of what is summed up in it, so that
   * {@code (2E − E⁺ − E⁻ + ⅛(E⁺ − E⁻)²)/ε²} is by {@code δ·(4 + ½|E⁺ − E⁻|)/ε²}. Evaluated in
   * double precision, the fully connected file's own loss is off by 1.7e-4 and its gradients by
   * 1.1e-4.
   */
  private static double energyRounding(OracleCase c) {
    Tensor base = new StandardNormal().logProb(Jet.of(c.flow.forward(c.rows("x")))).value();
    Tensor logDet = c.flow.energy(c.rows("x")).neg().sub(base);
    double largest = Ops.item(base.abs().add(logDet.abs()).max());
    double epsilon = c.number("eps");
    double difference = epsilon * Math.sqrt(8 * Math.abs(c.expected("loss.fdssm")[0]));
    return (4 + difference / 2) * largest * Math.pow(2, -23) / (epsilon * epsilon);
  }

  private static void check(OracleCase c, String objective, Tensor loss) {
    check(c, objective, loss, VALUE);
  }

  private static void check(OracleCase c, String objective, Tensor loss, double tolerance) {
    check(c, objective, Evaluation.recorded(loss), tolerance);
  }

  private static void check(
      OracleCase c, String objective, Evaluation evaluation, double tolerance) {
    Tensor loss = evaluation.losses().mean();
    assertClose("loss." + objective, loss, c.expected("loss." + objective), tolerance);
    Map<String, Tensor> parameters = c.flow.parameters();
    List<Tensor> gradients = evaluation.gradients(parameters.values());
    int i = 0;
    for (String name : parameters.keySet()) {
      String key = "grad." + objective + "." + c.publishedName(name);
      assertClose(key, gradients.get(i++), c.expected(key), Math.max(GRADIENT, tolerance));
    }
  }

  /** Differences are relative to the largest expected entry: the files are single precision. */
  private static void assertClose(String what, Tensor actual, double[] expected, double tolerance) {
    double[] a = Engine.doubles(actual);
    assertThat(a).as(what).hasSameSizeAs(expected);
    double scale = 0;
    for (double e : expected) {
      scale = Math.max(scale, Math.abs(e));
    }
    for (int i = 0; i < a.length; i++) {
      assertThat(a[i]).as("%s[%d]", what, i).isCloseTo(expected[i], within(tolerance * scale));
    }
  }
}

package org.ebbflow.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.ebbflow.EbbException;
import org.ebbflow.data.Dataset;
import org.ebbflow.flow.Bijection;
import org.ebbflow.flow.Flow;
import org.ebbflow.flow.StandardNormal;
import org.ebbflow.flow.elementwise.SmoothTanh;
import org.ebbflow.flow.linear.FullyConnected;
import org.ebbflow.flow.linear.Permutation;
import org.ebbflow.tensor.Engine;
import org.ebbflow.train.TrainListener;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The code of the guide to extending Ebb is compiled and run here, the same to the letter. */
class ExtendingGuideTest {
  private static final Path GUIDE = Path.of("..", "docs", "extending.md");

  // factory begin
  /** L times a dense layer of two triangular factors, bends tanh(αx) + βx between them. */
  record TanhFlow(int layers, double alpha, double beta) implements Architecture {
    @Override
    public String name() {
      return "tanh-flow";
    }

    @Override
    public long parameterCount(DataShape shape) {
      long d = shape.dimension();
      return layers * (2 * d * d + d);
    }

    @Override
    public Flow build(Engine engine, DataShape shape) {
      int d = shape.dimension();
      List<Bijection> chain = new ArrayList<>();
      for (int i = 0; i < layers; i++) {
        if (i > 0) {
          chain.add(new SmoothTanh(alpha, beta));
        }
        chain.add(FullyConnected.identity(engine, d, FullyConnected.Structure.LU, false));
      }
      return new Flow(engine, d, chain, new StandardNormal());
    }
  }

  // factory end

  /** Permutes by the clock. */
  record Restless(int unused) implements Architecture {
    private static final AtomicInteger BUILT = new AtomicInteger();

    @Override
    public String name() {
      return "restless";
    }

    @Override
    public long parameterCount(DataShape shape) {
      return (long) shape.dimension() * shape.dimension() + shape.dimension();
    }

    @Override
    public Flow build(Engine engine, DataShape shape) {
      int d = shape.dimension();
      return new Flow(
          engine,
          d,
          List.of(
              Permutation.random(engine, d, BUILT.incrementAndGet()),
              FullyConnected.identity(engine, d, FullyConnected.Structure.FULL, false)),
          new StandardNormal());
    }
  }

  @Test
  void anArchitectureThatIsAnotherEachTimeIsRefused(@TempDir Path folder) {
    Dataset rows = Dataset.of(new double[][] {{1, 2, 3}, {4, 5, 7}, {0, 1, 0}, {2, 2, 1}});
    RunConfig config =
        RunConfig.defaults("ebflow-fc", "ml", DataShape.of(rows)).with(new Restless(0));
    assertThatThrownBy(() -> new Fit(config, rows, new ModelFolder(folder), new TrainListener() {}))
        .isInstanceOf(EbbException.class)
        .hasMessageContaining("builds another");
  }

  private static DensityModel fitted(double[][] rows, Path folder) {
    // use begin
    Architectures.register("tanh-flow", TanhFlow.class, shape -> new TanhFlow(4, 1, 0.5));

    Dataset data = Dataset.of(rows);
    RunConfig config = RunConfig.defaults("tanh-flow", "ml", DataShape.of(data));
    new Fit(config, data, new ModelFolder(folder), new TrainListener() {}).run();
    DensityModel model = DensityModel.load(folder);
    // use end
    return model;
  }

  @Test
  void aNewArchitectureIsFittedSavedAndLoaded(@TempDir Path folder) {
    double[][] rows = new double[1500][2];
    Random random = new Random(1);
    for (double[] row : rows) {
      row[0] = random.nextGaussian();
      row[1] = row[0] + 0.5 * random.nextGaussian();
    }
    DensityModel model = fitted(rows, folder);
    assertThat(model.config().model()).isEqualTo(new TanhFlow(4, 1, 0.5));
    assertThat(model.parameterCount()).isEqualTo(4 * (2 * 4 + 2));
    double[] log = model.logProb(new double[][] {{0, 0}, {2, -2}});
    assertThat(log[0]).isGreaterThan(log[1]);
    // The same again, now that it is known.
    assertThat(DensityModel.load(folder).logProb(new double[][] {{0, 0}})[0])
        .isCloseTo(log[0], within(1e-9));
    assertThatThrownBy(
            () -> Architectures.register("tanh-flow", EbFlowFc.class, EbFlowFc::defaults))
        .isInstanceOf(EbbException.class)
        .hasMessageContaining("'tanh-flow' already");
  }

  @Test
  void theGuideShowsTheCodeThatRuns() throws IOException {
    String guide = Files.readString(GUIDE);
    assertThat(guide).contains(block("factory", "  ")).contains(block("use", "    "));
  }

  private static String block(String name, String indent) throws IOException {
    String source =
        Files.readString(Path.of("src/test/java/org/ebbflow/model/ExtendingGuideTest.java"));
    String begin = indent + "// " + name + " begin\n";
    String code =
        source.substring(
            source.indexOf(begin) + begin.length(), source.indexOf(indent + "// " + name + " end"));
    return "```java\n" + code.replaceAll("(?m)^" + indent, "").stripTrailing() + "\n```";
  }
}

package org.ebbflow.tabular;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.ebbflow.EbbException;
import org.ebbflow.data.DataException;
import org.ebbflow.tabular.compare.KolmogorovSmirnov;
import org.ebbflow.tabular.encode.Encoded;
import org.ebbflow.tabular.encode.NormalScores;
import org.ebbflow.tabular.schema.Schema;
import org.ebbflow.tabular.select.FitListener;
import org.ebbflow.tabular.select.FitOptions;
import org.ebbflow.tabular.table.Column;
import org.ebbflow.tabular.table.ColumnType;
import org.ebbflow.tabular.table.Table;
import org.ebbflow.train.TrainListener;
import org.ebbflow.train.TrainState;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Models of mixed columns against what is known of the tables they are fitted to. */
class TabularModelTest {
  private static final FitOptions GAUSSIAN = FitOptions.defaults().withModel("gaussian");

  @TempDir static Path temp;

  private static TabularModel model;
  private static Table fresh;

  @BeforeAll
  static void fit() {
    FitOptions options = new FitOptions("gaussian", 1, 0, 0.25, 0, 1, 0, List.of());
    model = TabularModel.fit(MixedRows.table(3_000, 1), options);
    fresh = MixedRows.table(1_500, 2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"gaussian", "spline"})
  void probabilitiesSumToOne(String name) {
    Random random = new Random(3);
    int rows = 600;
    double[] x = new double[rows];
    String[] s = new String[rows];
    for (int i = 0; i < rows; i++) {
      int k = random.nextInt(3);
      s[i] = "k" + k;
      x[i] = k * k + (1 + k) * random.nextGaussian();
    }
    TabularModel small =
        TabularModel.fit(
            Table.of(Column.numbers("x", x), Column.texts("s", s)),
            FitOptions.defaults().withModel(name).withSteps(60));
    int cells = 4_000;
    double[] scores =
        IntStream.rangeClosed(0, cells).mapToDouble(i -> -5.0 + 10.0 * i / cells).toArray();
    Column at = small.encoder().columns().get(0).decode(scores);
    double sum = 0;
    for (String category : List.of("k0", "k1", "k2")) {
      String[] all = new String[at.rows()];
      Arrays.fill(all, category);
      double[] p = small.score(Table.of(at, Column.texts("s", all))).logDensities();
      for (int i = 0; i < cells; i++) {
        double width = at.number(i + 1) - at.number(i);
        sum += 0.5 * width * (Math.exp(p[i]) + Math.exp(p[i + 1]));
      }
    }
    assertThat(sum).isCloseTo(1, within(0.02));
  }

  @Test
  void savedModelsScoreTheSame() {
    Path folder = temp.resolve("saved");
    model.save(folder);
    TabularModel back = TabularModel.load(folder);
    Scores before = model.score(fresh);
    Scores after = back.score(fresh);
    assertThat(after.logDensities()).isEqualTo(before.logDensities());
    assertThat(after.pValues()).isEqualTo(before.pValues());
    assertThat(back.sample(50, 3).fingerprint()).isEqualTo(model.sample(50, 3).fingerprint());
    assertThat(back.calibration().entries()).isEqualTo(model.calibration().entries());
    assertThatThrownBy(() -> TabularModel.load(temp.resolve("nowhere")))
        .isInstanceOf(EbbException.class)
        .hasMessageContaining("nowhere");
  }

  @Test
  void threadsAndPiecesGiveTheSameNumbers() throws Exception {
    double[] whole = model.score(fresh).logDensities();
    ExecutorService pool = Executors.newFixedThreadPool(4);
    try {
      List<Future<double[]>> all =
          IntStream.range(0, 4)
              .mapToObj(i -> pool.submit(() -> model.score(fresh).logDensities()))
              .toList();
      for (Future<double[]> one : all) {
        assertThat(one.get()).containsExactly(whole, within(1e-9));
      }
    } finally {
      pool.shutdown();
    }
    for (int from = 0; from < 1_500; from += 700) {
      int to = Math.min(1_500, from + 700);
      double[] piece = model.score(fresh.slice(from, to), from, share -> {}).logDensities();
      assertThat(piece).containsExactly(Arrays.copyOfRange(whole, from, to), within(1e-4));
    }
  }

  @Test
  void aRowHasOneScoreWhereverItIs() {
    double[] whole = model.score(fresh).logDensities();
    int[] backwards = IntStream.range(0, 300).map(i -> 299 - i).toArray();
    double[] turned = model.score(fresh.select(backwards)).logDensities();
    for (int i = 0; i < backwards.length; i++) {
      assertThat(turned[i]).isCloseTo(whole[backwards[i]], within(1e-4));
    }
    for (int row = 0; row < 20; row++) {
      double[] alone = model.score(fresh.slice(row, row + 1)).logDensities();
      assertThat(alone[0]).isCloseTo(whole[row], within(1e-4));
    }
    assertThat(model.score(fresh.slice(0, 0)).logDensities()).isEmpty();
  }

  @Test
  void rowsAreNamedByTheirPlace() {
    Table one = fresh.slice(0, 60);
    @Nullable String[] city = new String[60];
    Arrays.setAll(city, one.column("city")::text);
    city[49] = "Mars";
    Table wrong = one.with(Column.texts("city", city));
    assertThatThrownBy(() -> model.score(wrong)).hasMessageContaining("row 50");
    assertThatThrownBy(() -> model.impute(wrong)).hasMessageContaining("row 50");
  }

  @Test
  void foldersOfTwoModelsAreRefused() throws IOException {
    Path folder = temp.resolve("mixed");
    model.save(folder);
    Path other = temp.resolve("other");
    TabularModel.fit(MixedRows.table(400, 9), GAUSSIAN.withSteps(20)).save(other);
    Files.copy(
        other.resolve("model.safetensors"),
        folder.resolve("model.safetensors"),
        StandardCopyOption.REPLACE_EXISTING);
    assertThatThrownBy(() -> TabularModel.load(folder))
        .hasMessageContaining("does not belong to the weights beside it");
    Files.delete(folder.resolve("calibration.json"));
    assertThatThrownBy(() -> TabularModel.load(folder))
        .hasMessageContaining("has not been saved to its end");
    model.save(folder);
    assertThat(TabularModel.load(folder).score(fresh).logDensities())
        .isEqualTo(model.score(fresh).logDensities());
  }

  @Test
  void aFitWhoseThreadIsInterruptedKeepsWhatItHas() {
    Path folder = temp.resolve("interrupted");
    Table table = MixedRows.pair(300, 0.5, 1);
    FitOptions options = FitOptions.defaults().withModel("spline").withSteps(60);
    TabularFit fit =
        new TabularFit(
            table,
            Schema.infer(table),
            options,
            "t",
            folder,
            stepping(
                state -> {
                  if (state.step() == 20) {
                    Thread.currentThread().interrupt();
                  }
                }));
    assertThat(fit.run()).isEmpty();
    assertThat(Thread.interrupted()).isTrue();
    List<Long> steps = new ArrayList<>();
    FitListener watching = stepping(state -> steps.add(state.step()));
    assertThat(new TabularFit(table, Schema.infer(table), options, "t", folder, watching).run())
        .isPresent();
    assertThat(steps.get(0)).isEqualTo(21);
  }

  private static FitListener stepping(Consumer<TrainState> stepped) {
    return new FitListener() {
      @Override
      public TrainListener training(String name, long done, long steps) {
        return new TrainListener() {
          @Override
          public void stepped(TrainState state, long total) {
            stepped.accept(state);
          }
        };
      }
    };
  }

  @Test
  void scoresBeatIndependentColumns() {
    double[] joint = model.score(fresh).logDensities();
    Encoded encoded = model.encoder().encode(fresh, 3, 0);
    double[] margins = encoded.logRatios();
    for (int row = 0; row < margins.length; row++) {
      for (int j = 0; j < encoded.scores().columns(); j++) {
        margins[row] += NormalScores.logDensity(encoded.scores().value(row, j));
      }
    }
    assertThat(mean(joint)).isGreaterThan(mean(margins) + 1);
  }

  @Test
  void pValuesOfOrdinaryRowsAreUniform() {
    double[] p = model.score(fresh).pValues();
    double[] even = IntStream.range(0, 100_000).mapToDouble(i -> (i + 0.5) / 100_000).toArray();
    // The p-values are ranks among 750 rows, themselves a sample: both errors add up.
    assertThat(KolmogorovSmirnov.test(p, even).statistic())
        .isLessThan(1.95 * Math.sqrt(1.0 / 750 + 1.0 / 1_500));
    assertThat(Arrays.stream(p).filter(value -> value <= 0.05).count()).isBetween(30L, 135L);
  }

  @Test
  void whatDoesNotGoTogetherIsFlaggedAndNamed() {
    TabularModel gapless = TabularModel.fit(MixedRows.withoutGaps(1_500, 1), GAUSSIAN);
    Table table = MixedRows.withoutGaps(1_000, 2);
    Table other = MixedRows.withoutGaps(1_000, 9);
    int planted = 100;
    int[] rows = new int[planted];
    String[] names = new String[planted];
    double[][] columns = {
      table.column("x").numbers(), table.column("y").numbers(), table.column("w").numbers()
    };
    Random random = new Random(4);
    int next = 0;
    for (int row = 0; next < planted; row++) {
      double common = (columns[0][row] - 10 - columns[2][row] / 2) / 2;
      if (Math.abs(common) < 0.8) {
        continue;
      }
      // A value that other rows have, from the other side of the middle.
      int column = random.nextInt(3);
      double opposite = -Math.signum(common) * (1 + 0.5 * random.nextDouble());
      columns[column][row] =
          column == 0 ? 10 + opposite : column == 1 ? Math.exp(0.3 * opposite) : -2 * opposite;
      rows[next] = row;
      names[next++] = List.of("x", "y", "w").get(column);
    }
    Table changed =
        table
            .with(Column.numbers("x", columns[0]))
            .with(Column.numbers("y", columns[1]))
            .with(Column.numbers("w", columns[2]));
    double[] ordinary = gapless.score(other).strangeness();
    Arrays.sort(ordinary);
    double[] strangeness = gapless.score(changed).strangeness();
    double bound = ordinary[(int) (0.99 * ordinary.length)];
    long flagged = Arrays.stream(rows).filter(row -> strangeness[row] > bound).count();
    assertThat(flagged).isGreaterThanOrEqualTo(90);
    List<List<Explanation>> reasons = gapless.explain(changed, rows, 2);
    long named =
        IntStream.range(0, planted)
            .filter(i -> reasons.get(i).get(0).column().equals(names[i]))
            .count();
    assertThat(named).isGreaterThanOrEqualTo(90);
    assertThat(reasons.get(0)).hasSize(2);
    assertThat(reasons.get(0).get(0).drop()).isGreaterThan(2);
  }

  @Test
  void drawsKeepTypesCategoriesAndBounds() {
    Table table = MixedRows.table(500, 5);
    String bounds = "columns:\n  x: {lower: 5, upper: 15}\n  n: {lower: 0, upper: 6}\n";
    TabularModel bounded =
        new TabularFit(
                table,
                Schema.infer(table, bounds),
                GAUSSIAN,
                "test",
                temp.resolve("bounded"),
                FitListener.SILENT)
            .run()
            .orElseThrow();
    Table drawn = bounded.sample(4_000, 1);
    assertThat(drawn.names()).isEqualTo(table.names());
    for (Column column : table.columns()) {
      assertThat(drawn.column(column.name()).type()).isEqualTo(column.type());
    }
    assertThat(Arrays.stream(drawn.column("x").numbers()))
        .allMatch(value -> value >= 5 && value <= 15);
    assertThat(Arrays.stream(drawn.column("n").numbers()))
        .allMatch(value -> value >= 0 && value <= 6 && value == Math.rint(value));
    assertThat(drawn.column("city").type()).isEqualTo(ColumnType.TEXT);
    assertThat(IntStream.range(0, 4_000).mapToObj(row -> drawn.column("city").text(row)))
        .containsOnly("Bern", "Graz", "Ulm");
    assertThat(drawn.column("y").missing() / 4_000.0)
        .isCloseTo(table.column("y").missing() / 500.0, within(0.03));
    assertThat(drawn.column("b").missing()).isZero();
    assertThat(bounded.sample(4_000, 1).fingerprint()).isEqualTo(drawn.fingerprint());
    assertThat(bounded.sample(4_000, 2).fingerprint()).isNotEqualTo(drawn.fingerprint());
  }

  @Test
  void tablesThatDoNotSuitAreRefused() {
    Table few = MixedRows.table(12, 1);
    assertThatThrownBy(() -> TabularModel.fit(few, GAUSSIAN))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("12 rows");
    assertThatThrownBy(() -> model.score(fresh.without(List.of("x"))))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("column x");
    assertThatThrownBy(() -> model.sample(0, 1))
        .isInstanceOf(EbbException.class)
        .hasMessageContaining("0 draws");
    assertThatThrownBy(() -> new FilteredSampler(model, 1, share -> {}).where(-1, "x > 0"))
        .isInstanceOf(EbbException.class)
        .hasMessageContaining("-1 draws");
    assertThatThrownBy(() -> model.explain(fresh, new int[] {0}, -1))
        .isInstanceOf(EbbException.class);
    assertThatThrownBy(() -> model.impute(fresh, -1, 0.9, 1, share -> {}))
        .hasMessageContaining("draws is -1");
  }

  private static double mean(double[] values) {
    return Arrays.stream(values).average().orElseThrow();
  }
}

package org.ebbflow.tabular.select;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.ebbflow.EbbException;
import org.ebbflow.data.Dataset;
import org.ebbflow.model.Provenance;
import org.ebbflow.train.TrainListener;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Races of models: resumed, repeated, and with candidates that fail. */
class RaceTest {
  private static final FitOptions AUTO =
      new FitOptions(FitOptions.AUTO, 1, 4, 0.1, 0, 1, 1, List.of());

  @TempDir static Path temp;

  /** Which trainings were begun, and when to stop. */
  private static final class Told implements FitListener {
    private final List<String> begun = new ArrayList<>();
    private Runnable afterFirst = () -> {};

    @Override
    public TrainListener training(String name, long done, long steps) {
      begun.add(name);
      return new TrainListener() {};
    }

    @Override
    public void entered(Entry entry) {
      afterFirst.run();
    }
  }

  private static Dataset rows(int count, long seed) {
    Random random = new Random(seed);
    double[][] rows = new double[count][2];
    for (double[] row : rows) {
      row[0] = random.nextGaussian();
      row[1] = 0.8 * row[0] + 0.6 * random.nextGaussian();
    }
    return Dataset.of(rows).withColumnNames(List.of("a", "b"));
  }

  private static Race race(FitOptions options, Path folder, long seed, FitListener listener) {
    Dataset train = rows(200, seed);
    return new Race(
        options,
        new Dataset.Split(train, rows(50, seed + 100)),
        0.5,
        folder,
        new Provenance.Source("test", 250, train.fingerprint()),
        0,
        listener);
  }

  @Test
  void goesOnAfterAStop() {
    Path folder = temp.resolve("stopped");
    Told first = new Told();
    Race race = race(AUTO, folder, 3, first);
    first.afterFirst = race::stop;
    assertThat(race.run()).isEmpty();
    assertThat(first.begun).containsExactly("gaussian");

    Told second = new Told();
    Optional<Race.Result> result = race(AUTO, folder, 3, second).run();
    assertThat(second.begun).containsExactly("spline", "ebflow-fc", "realnvp-2d", "jko");
    assertThat(result).isPresent();
    List<Entry> entries = result.get().entries();
    assertThat(entries.stream().map(Entry::name))
        .containsExactly("gaussian", "spline", "ebflow-fc", "realnvp-2d", "jko");
    assertThat(entries)
        .allMatch(entry -> Double.isFinite(entry.validationNll()) && entry.parameters() > 0);
    // Four steps beat no normal distribution on rows drawn from one; where rows differ, blocks,
    // which begin as one, may do so by a little.
    assertThat(Entry.best(entries).orElseThrow().name()).isEqualTo("gaussian");
    assertThat(result.get().floor()).isNull();

    Told third = new Told();
    assertThat(race(AUTO, folder, 3, third).run().orElseThrow().entries()).isEqualTo(entries);
    assertThat(third.begun).isEmpty();
  }

  @Test
  void otherRowsOrOptionsAreRefused() {
    Path folder = temp.resolve("taken");
    FitOptions gaussian = AUTO.withModel("gaussian");
    race(gaussian, folder, 1, FitListener.SILENT).run();
    for (Race other :
        List.of(
            race(gaussian, folder, 2, FitListener.SILENT),
            race(gaussian.withSeed(2), folder, 1, FitListener.SILENT))) {
      assertThatThrownBy(other::run)
          .isInstanceOf(EbbException.class)
          .hasMessageContaining("other rows or with other options");
    }
  }

  @Test
  void whatFailsIsNotedAndTheOthersGoOn() {
    // Only dense layers have a bend.
    FitOptions bent =
        new FitOptions(FitOptions.AUTO, 1, 3, 0.1, 0, 1, 1, List.of("model.alpha=0.2"));
    Race.Result result =
        race(bent, temp.resolve("bent"), 1, FitListener.SILENT).run().orElseThrow();
    assertThat(result.entries()).hasSize(5);
    for (Entry entry : result.entries()) {
      boolean dense = List.of("gaussian", "ebflow-fc").contains(entry.name());
      assertThat(Double.isNaN(entry.validationNll())).isEqualTo(!dense);
      assertThat(entry.note().isEmpty()).isEqualTo(dense);
    }
    FitOptions nothing =
        new FitOptions(FitOptions.AUTO, 1, 3, 0.1, 0, 1, 1, List.of("model.colour=blue"));
    assertThatThrownBy(() -> race(nothing, temp.resolve("none"), 1, FitListener.SILENT))
        .hasMessageContaining("model.colour");
    assertThat(temp.resolve("none")).doesNotExist();
  }

  @Test
  void theSameSeedAndStepsGiveTheSameModel() throws IOException {
    FitOptions spline = AUTO.withModel("spline").withSteps(8);
    List<byte[]> weights = new ArrayList<>();
    for (String name : List.of("one", "two")) {
      race(spline, temp.resolve(name), 1, FitListener.SILENT).run();
      weights.add(Files.readAllBytes(temp.resolve(name).resolve("spline/model.safetensors")));
    }
    assertThat(weights.get(1)).isEqualTo(weights.get(0));
    race(spline.withSeed(5), temp.resolve("three"), 1, FitListener.SILENT).run();
    assertThat(temp.resolve("three/spline/model.safetensors"))
        .satisfies(file -> assertThat(Files.readAllBytes(file)).isNotEqualTo(weights.get(0)));
  }

  @Test
  void theTimeDecidesWhereNoStepsAreGiven() {
    FitOptions brief = new FitOptions("realnvp-2d", 0.01, 0, 0.1, 0, 1, 1, List.of());
    Race.Result result =
        race(brief, temp.resolve("brief"), 1, FitListener.SILENT).run().orElseThrow();
    assertThat(result.entries())
        .singleElement()
        .satisfies(entry -> assertThat(entry.steps()).isBetween(60L, 3_000L));
    assertThat(temp.resolve("brief/realnvp-2d-timing")).doesNotExist();
  }

  @Test
  void damagedRecordsAreNamed() throws IOException {
    for (String content : List.of("", "{", "null", "{}", "{\"race\":\"x\"}")) {
      Path folder = Files.createTempDirectory(temp, "damaged");
      Files.writeString(folder.resolve("race.json"), content);
      assertThatThrownBy(race(AUTO, folder, 1, FitListener.SILENT)::run)
          .isInstanceOf(EbbException.class)
          .hasMessageContaining("race.json is damaged");
    }
  }
}

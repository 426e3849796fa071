package org.ebbflow.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;
import org.ebbflow.EbbException;
import org.ebbflow.data.Dataset;
import org.ebbflow.train.GrowthSettings.Cache;
import org.ebbflow.train.Outcome;
import org.ebbflow.train.Runs;
import org.ebbflow.train.TrainListener;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code growth.cache} decides where rows are kept, so it is no part of what a run is. */
class GrowthCacheSettingTest {
  @TempDir Path temp;

  private static RunConfig config(String... settings) {
    ObjectNode tree =
        ConfigJson.write(
            RunConfig.defaults("jko", "jko", new DataShape(2, false, null, List.of())));
    for (String setting : settings) {
      int at = setting.indexOf('=');
      ConfigJson.set(tree, setting.substring(0, at), setting.substring(at + 1));
    }
    return ConfigJson.read(tree);
  }

  @Test
  void isReadLeftOutOrRefused() {
    assertThat(config().growth().cache()).isEqualTo(Cache.AUTO);
    assertThat(config("growth.cache=disk").growth().cache()).isEqualTo(Cache.DISK);
    ObjectNode older = ConfigJson.write(config());
    ((ObjectNode) older.get("growth")).remove("cache");
    assertThat(ConfigJson.read(older).growth()).isEqualTo(config().growth());
    assertThatThrownBy(() -> config("growth.cache=tape"))
        .isInstanceOf(EbbException.class)
        .hasMessageContaining("growth.cache")
        .hasMessageContaining("AUTO, MEMORY, DISK");
  }

  @Test
  void aRunGoesOnWithAnother() {
    Dataset data = Dataset.of(Runs.normalRows(120, 2, 1));
    String[] few = {
      "maxBlocks=1", "hidden=[4]", "batch=20", "training.steps=4", "growth.cache=disk"
    };
    Fit first = new Fit(config(few), data, new ModelFolder(temp), new TrainListener() {});
    assertThat(first.run()).isEqualTo(Outcome.FINISHED);
    few[4] = "growth.cache=memory";
    Fit second = new Fit(config(few), data, new ModelFolder(temp), new TrainListener() {});
    second.restore();
    assertThat(second.state().step()).isEqualTo(4);
  }
}

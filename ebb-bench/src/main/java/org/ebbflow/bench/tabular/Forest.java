package org.ebbflow.bench.tabular;

import java.util.logging.Level;
import java.util.logging.Logger;
import org.ebbflow.metric.Ranking;
import org.ebbflow.tabular.table.Column;
import org.ebbflow.tabular.table.ColumnType;
import org.ebbflow.tabular.table.Table;
import org.tribuo.Model;
import org.tribuo.MutableDataset;
import org.tribuo.classification.Label;
import org.tribuo.classification.LabelFactory;
import org.tribuo.classification.dtree.CARTClassificationTrainer;
import org.tribuo.classification.dtree.impurity.GiniIndex;
import org.tribuo.classification.ensemble.FullyWeightedVotingCombiner;
import org.tribuo.common.tree.RandomForestTrainer;
import org.tribuo.impl.ArrayExample;
import org.tribuo.provenance.SimpleDataSourceProvenance;

/**
 * A random forest (Breiman, 2001; Tribuo's) that tells one value of a column of texts from its
 * others: numbers as they are, a feature of 0 and 1 for every category and for what is missing.
 */
final class Forest {
  private static final LabelFactory LABELS = new LabelFactory();
  private static final String ONE = "1";
  private static final String OTHER = "0";
  private static final int DEPTH = 16;
  private static final float LEAST_IN_LEAF = 5;
  private static final float SHARE_OF_FEATURES = 0.25f;

  private final Model<Label> model;
  private final String target;
  private final String one;

  private Forest(Model<Label> model, String target, String one) {
    this.model = model;
    this.target = target;
    this.one = one;
  }

  /**
   * Trains a forest.
   *
   * @param target column that it tells, which is not missing where it is trained
   * @param one value that it tells from the others
   * @param trees how many
   */
  static Forest train(Table rows, String target, String one, int trees, long seed) {
    // A line for each tree is of no use to anyone here.
    Logger trainers = Logger.getLogger("org.tribuo");
    Level before = trainers.getLevel();
    trainers.setLevel(Level.WARNING);
    try {
      MutableDataset<Label> data =
          new MutableDataset<>(new SimpleDataSourceProvenance("rows", LABELS), LABELS);
      Column truth = rows.column(target);
      for (int row = 0; row < rows.rows(); row++) {
        if (!truth.isMissing(row)) {
          data.add(example(rows, row, target, one.equals(truth.text(row)) ? ONE : OTHER));
        }
      }
      CARTClassificationTrainer tree =
          new CARTClassificationTrainer(
              DEPTH, LEAST_IN_LEAF, 0, SHARE_OF_FEATURES, false, new GiniIndex(), seed);
      Model<Label> model =
          new RandomForestTrainer<>(tree, new FullyWeightedVotingCombiner(), trees, seed)
              .train(data);
      return new Forest(model, target, one);
    } finally {
      trainers.setLevel(before);
    }
  }

  private static ArrayExample<Label> example(Table rows, int row, String target, String label) {
    ArrayExample<Label> example = new ArrayExample<>(new Label(label));
    for (Column column : rows.columns()) {
      if (column.name().equals(target)) {
        continue;
      }
      String text = column.text(row);
      if (text == null || column.type() == ColumnType.TEXT) {
        example.add(column.name() + "=" + (text == null ? "" : text), 1);
      } else {
        example.add(column.name(), column.number(row));
      }
    }
    return example;
  }

  /** How well it ranks rows with the one value above the others. */
  Ranking test(Table rows) {
    Column truth = rows.column(target);
    double[] scores = new double[rows.rows()];
    boolean[] positive = new boolean[rows.rows()];
    for (int row = 0; row < scores.length; row++) {
      Label label =
          model
              .predict(example(rows, row, target, OTHER))
              .getOutputScores()
              .getOrDefault(ONE, NONE);
      scores[row] = label.getScore();
      positive[row] = one.equals(truth.text(row));
    }
    return Ranking.of(scores, positive);
  }

  private static final Label NONE = new Label(ONE, 0);
}

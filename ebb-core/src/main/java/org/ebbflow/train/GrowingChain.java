package org.ebbflow.train;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.flow.ode.OdeBlock;
import org.ebbflow.tensor.InPlace;
import org.ebbflow.train.GrowthPlan.Phase;

/**
 * The blocks of a growing flow, and which of them has its turn: they are added one after the other,
 * their time points moved, each cut in two, and a free one added, as far as the settings say so.
 *
 * <p>Not thread-safe.
 */
final class GrowingChain {
  private final Function<BlockSpan, OdeBlock> fresh;
  private final GrowthSettings growth;
  private final GrowthPlan plan;
  private final List<OdeBlock> blocks = new ArrayList<>();
  private GrowthState state = new GrowthState();

  /**
   * @param fresh makes a block for a span; equal calls give equal blocks
   */
  GrowingChain(Function<BlockSpan, OdeBlock> fresh, GrowthSettings growth) {
    this.fresh = fresh;
    this.growth = growth;
    this.plan = GrowthPlan.of(growth);
  }

  /** Takes up what a checkpoint holds. */
  void read(GrowthCheckpoint checkpoint) {
    state = checkpoint.read(fresh, blocks);
  }

  void write(GrowthCheckpoint checkpoint) {
    checkpoint.write(state, blocks);
  }

  /** Steps, curves and records of the blocks that are done. */
  TrainState train() {
    return state.train;
  }

  /** The blocks there are; while the flow grows, those trained. */
  List<OdeBlock> blocks() {
    return Collections.unmodifiableList(blocks);
  }

  List<BlockSpan> spans() {
    return List.copyOf(state.spans);
  }

  /** Number of the current phase, counted from 0. */
  int phase() {
    return state.phase;
  }

  /** Which block has its turn in this phase, counted from 0. */
  int next() {
    return state.next;
  }

  /** Whether none has. */
  boolean isComplete() {
    return plan.isOver(state.phase);
  }

  /** Whether the block that has its turn is the last there is. */
  boolean isWhole() {
    return state.next == blocks.size() - 1;
  }

  /** Blocks yet to be trained if growth does not end early. */
  long trainingsLeft() {
    return plan.trainingsLeft(state.phase, state.next, blocks.size());
  }

  /** The span of the block that has its turn. */
  BlockSpan nextSpan() {
    return switch (plan.phase(state.phase)) {
      case GROW -> BlockSpan.whole(growth.stepSize(state.next));
      case FREE -> BlockSpan.whole(0);
      case EVEN, REFINE -> state.spans.get(state.next);
    };
  }

  /** From the block's own parameters where it is retrained, else from the block before. */
  void warmStart(OdeBlock block) {
    int source = Math.min(state.next, blocks.size() - 1);
    if (source >= 0) {
      copy(blocks.get(source), block);
    }
  }

  /** Puts a trained block where its turn was. */
  void place(BlockSpan span, OdeBlock block) {
    if (state.next < blocks.size()) {
      blocks.set(state.next, block);
      state.spans.set(state.next, span);
    } else {
      blocks.add(block);
      state.spans.add(span);
    }
  }

  /**
   * Gives the next block its turn, in the next phase if this one has ended.
   *
   * @param ratio share by which the block just placed moves rows
   */
  void advance(double ratio) {
    state.next++;
    boolean ended =
        switch (plan.phase(state.phase)) {
          case GROW -> state.next == growth.maxBlocks() || ratio < growth.epsilon();
          case EVEN, REFINE -> state.next == blocks.size();
          case FREE -> true;
        };
    if (ended) {
      nextPhase();
    }
  }

  /** Prepares the next phase, leaving out rounds that have nothing to even out. */
  private void nextPhase() {
    double[] movements = lastMovements();
    do {
      state.phase++;
    } while (!plan.isOver(state.phase)
        && plan.phase(state.phase) == Phase.EVEN
        && growth.isEven(movements));
    if (plan.isOver(state.phase)) {
      return;
    }
    state.next = 0;
    switch (plan.phase(state.phase)) {
      case EVEN -> {
        List<Double> steps =
            growth.evened(state.spans.stream().map(BlockSpan::h).toList(), movements);
        for (int i = 0; i < steps.size(); i++) {
          state.spans.set(i, state.spans.get(i).with(steps.get(i)));
        }
      }
      case REFINE -> refine();
      case FREE -> state.next = blocks.size();
      case GROW -> throw new IllegalStateException("a flow grows first");
    }
  }

  private void refine() {
    List<OdeBlock> parents = List.copyOf(blocks);
    List<BlockSpan> spans = List.copyOf(state.spans);
    blocks.clear();
    state.spans.clear();
    for (int i = 0; i < parents.size(); i++) {
      for (boolean second : new boolean[] {false, true}) {
        BlockSpan half = spans.get(i).half(second);
        OdeBlock child = fresh.apply(half);
        copy(parents.get(i), child);
        blocks.add(child);
        state.spans.add(half);
      }
    }
  }

  /** W₂ movements of the blocks of the phase that has just ended. */
  private double[] lastMovements() {
    List<BlockRecord> all = state.train.blocks;
    return all.subList(all.size() - blocks.size(), all.size()).stream()
        .mapToDouble(BlockRecord::movement)
        .toArray();
  }

  /** Gives a block the parameters of another. */
  static void copy(OdeBlock from, OdeBlock to) {
    Map<String, Tensor> source = from.parameters();
    to.parameters()
        .forEach(
            (name, tensor) -> InPlace.assign(tensor, Objects.requireNonNull(source.get(name))));
  }
}

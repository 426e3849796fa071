package org.ebbflow.train;

import java.util.ArrayList;
import java.util.List;

/**
 * The phases that a growing flow goes through, in order.
 *
 * @param phases growth, then the rounds, then the refinements, then the free block; copied
 * @param maxBlocks at which growth ends
 */
record GrowthPlan(List<Phase> phases, int maxBlocks) {

  /** What a phase does with the blocks. */
  enum Phase {
    /** Adds one after the other. */
    GROW,
    /** Moves the time points and retrains all. */
    EVEN,
    /** Cuts each in two and retrains all. */
    REFINE,
    /** Adds one that is trained by the likelihood alone. */
    FREE
  }

  GrowthPlan {
    phases = List.copyOf(phases);
  }

  static GrowthPlan of(GrowthSettings growth) {
    List<Phase> phases = new ArrayList<>(List.of(Phase.GROW));
    for (int i = 0; i < growth.rounds(); i++) {
      phases.add(Phase.EVEN);
    }
    for (int i = 0; i < growth.refinements(); i++) {
      phases.add(Phase.REFINE);
    }
    if (growth.freeBlock()) {
      phases.add(Phase.FREE);
    }
    return new GrowthPlan(phases, growth.maxBlocks());
  }

  Phase phase(int number) {
    return phases.get(number);
  }

  /** Whether there is no phase of this number. */
  boolean isOver(int number) {
    return number >= phases.size();
  }

  /**
   * Blocks yet to be trained if growth does not end early.
   *
   * @param from the current phase
   * @param next the block whose turn it is, which counts
   * @param blocks how many there are
   */
  long trainingsLeft(int from, int next, int blocks) {
    long left = 0;
    int size = blocks;
    for (int i = from; i < phases.size(); i++) {
      boolean current = i == from;
      switch (phases.get(i)) {
        case GROW -> {
          size = maxBlocks;
          left += size;
        }
        case EVEN -> left += size;
        case REFINE -> {
          size = current ? size : 2 * size;
          left += size;
        }
        case FREE -> left += 1;
      }
      if (current && phases.get(i) != Phase.FREE) {
        left -= next;
      }
    }
    return left;
  }
}

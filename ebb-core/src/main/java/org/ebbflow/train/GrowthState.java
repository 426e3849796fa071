package org.ebbflow.train;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import java.util.ArrayList;
import java.util.List;

/** Where a growing flow stands besides its tensors; written to its checkpoint as JSON. */
@JsonAutoDetect(
    fieldVisibility = JsonAutoDetect.Visibility.ANY,
    getterVisibility = JsonAutoDetect.Visibility.NONE,
    isGetterVisibility = JsonAutoDetect.Visibility.NONE)
final class GrowthState {
  /** Index into the plan of phases; its length when all is done. */
  int phase;

  /** The block to be trained next in this phase. */
  int next;

  /** Spans of the blocks there are; while the flow grows, of those trained. */
  List<BlockSpan> spans = new ArrayList<>();

  /** All blocks' steps, curves and records together. */
  TrainState train = new TrainState();

  GrowthState() {}
}

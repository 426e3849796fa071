package org.ebbflow.model;

import java.util.List;
import org.ebbflow.flow.BaseDensity;
import org.ebbflow.flow.ode.OdeBlock;
import org.ebbflow.tensor.Engine;
import org.ebbflow.train.BlockSpan;

/** An architecture whose flow grows by neural-ODE blocks while it is trained. */
public interface BlockFlow extends Architecture {

  /** The blocks that its flow has, none before it is trained. */
  List<BlockSpan> blocks();

  /** The same with other blocks. */
  BlockFlow with(List<BlockSpan> blocks);

  /** A fresh block; equal calls give equal blocks. */
  OdeBlock block(Engine engine, DataShape shape, BlockSpan span);

  /** What the data are moved to. */
  BaseDensity base(Engine engine, DataShape shape);
}

package org.ebbflow.flow.ode;

import org.bytedeco.pytorch.Tensor;
import org.ebbflow.flow.Jet;
import org.ebbflow.flow.network.Condition;
import org.ebbflow.tensor.Ops;
import org.jspecify.annotations.Nullable;

/** How rows (B, D) are laid out for a network, and where time and condition join them. */
public sealed interface Layout {

  /** Rows in the network's form. */
  Jet shape(Jet rows);

  /** Time as one further column, channel or feature of each node. */
  Jet withTime(Jet x, Jet time);

  /** The condition as further columns, channels or features of each node. */
  Jet withCondition(Jet x, @Nullable Tensor condition);

  /**
   * Of a derivative with respect to the network's input, what belongs to the rows, (B, D), not to
   * time or condition.
   */
  Tensor ofRows(Tensor adjoint, long dimension);

  /** The network's output as rows. */
  default Jet rows(Jet x) {
    return x.linear(t -> t.flatten(1, -1));
  }

  /**
   * Rows as they are.
   *
   * @param conditionSize C, numbers per row of the condition; 0 for none
   */
  record Rows(int conditionSize) implements Layout {
    @Override
    public Jet shape(Jet rows) {
      return rows;
    }

    @Override
    public Jet withTime(Jet x, Jet time) {
      return x.join(time, 1);
    }

    @Override
    public Jet withCondition(Jet x, @Nullable Tensor condition) {
      return new Condition(conditionSize).appendTo(x, condition);
    }

    @Override
    public Tensor ofRows(Tensor adjoint, long dimension) {
      return Ops.slice(adjoint, 1, 0, dimension);
    }

    @Override
    public Jet rows(Jet x) {
      return x;
    }
  }

  /**
   * Images (B, channels, height, width); the condition is constant over the image.
   *
   * @param conditionSize C, numbers per row of the condition; 0 for none
   */
  record Image(int channels, int height, int width, int conditionSize) implements Layout {
    @Override
    public Jet shape(Jet rows) {
      return rows.linear(t -> t.reshape(t.size(0), channels, height, width));
    }

    @Override
    public Jet withTime(Jet x, Jet time) {
      return x.join(
          time.linear(t -> t.reshape(t.size(0), 1, 1, 1).expand(t.size(0), 1, height, width)), 1);
    }

    @Override
    public Tensor ofRows(Tensor adjoint, long dimension) {
      return Ops.slice(adjoint, 1, 0, channels).flatten(1, -1);
    }

    @Override
    public Jet withCondition(Jet x, @Nullable Tensor condition) {
      return new Condition(conditionSize).appendTo(x, condition);
    }
  }

  /**
   * Nodes of a graph with some features each, (B, nodes, features); the condition gives numbers to
   * each node, node by node, so {@code nodes·conditionSize} a row.
   *
   * @param conditionSize numbers per node of the condition; 0 for none
   */
  record Nodes(int nodes, int features, int conditionSize) implements Layout {
    @Override
    public Jet shape(Jet rows) {
      return rows.linear(t -> t.reshape(t.size(0), nodes, features));
    }

    @Override
    public Jet withTime(Jet x, Jet time) {
      return x.join(time.linear(t -> t.unsqueeze(1).expand(t.size(0), nodes, 1)), 2);
    }

    @Override
    public Tensor ofRows(Tensor adjoint, long dimension) {
      return Ops.slice(adjoint, 2, 0, features).flatten(1, -1);
    }

    @Override
    public Jet withCondition(Jet x, @Nullable Tensor condition) {
      if (conditionSize == 0) {
        return x;
      }
      long rows = x.value().size(0);
      Tensor given = new Condition(nodes * conditionSize).require(condition, rows).to(x.value());
      return x.join(given.reshape(rows, nodes, conditionSize), 2);
    }
  }
}

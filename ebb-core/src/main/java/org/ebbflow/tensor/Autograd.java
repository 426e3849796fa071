package org.ebbflow.tensor;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** Reverse-mode derivatives by libtorch's autograd: the reference way for every derivative. */
public final class Autograd {
  private Autograd() {}

  /**
   * Gradient of a sum, {@code ∂(Σ output)/∂input}, of the input's shape; zero where the output does
   * not depend on the input.
   *
   * @param createGraph whether the result can be differentiated again
   */
  public static Tensor gradient(Tensor output, Tensor input, boolean createGraph) {
    return gradients(output, List.of(input), createGraph).get(0);
  }

  /**
   * Gradients {@code ∂(Σ output)/∂input} for several inputs, each of its input's shape; zero where
   * the output does not depend on the input.
   *
   * @param createGraph whether the results can be differentiated again
   */
  public static List<Tensor> gradients(
      Tensor output, Collection<Tensor> inputs, boolean createGraph) {
    List<Tensor> result = new ArrayList<>(inputs.size());
    if (!output.requires_grad()) {
      inputs.forEach(input -> result.add(torch.zeros_like(input)));
      return result;
    }
    // The scope keeps the vector alive while its elements are read, and frees it afterwards.
    try (Scope scope = Scope.open()) {
      TensorVector gradients =
          torch.grad(
              new TensorVector(output.sum()),
              new TensorVector(inputs.toArray(new Tensor[0])),
              new TensorVector(),
              new BoolOptional(createGraph),
              createGraph,
              true);
      int i = 0;
      for (Tensor input : inputs) {
        Tensor gradient = gradients.get(i++);
        // A vector's element is a reference into it; the copy is a handle of its own.
        result.add(scope.pass(gradient.defined() ? new Tensor(gradient) : torch.zeros_like(input)));
      }
    }
    return result;
  }

  /** A copy-free view of {@code x} that starts a new graph and asks for gradients. */
  public static Tensor variable(Tensor x) {
    Tensor variable = x.detach();
    variable.requires_grad_(true);
    return variable;
  }

  /** Turns recording off on this thread until closed. */
  public static Mode off() {
    return new Mode(false);
  }

  /** Turns recording on on this thread until closed. */
  public static Mode on() {
    return new Mode(true);
  }

  /** Whether operations on this thread are being recorded. */
  public static boolean isOn() {
    NativeLibraries.load();
    return GradMode.is_enabled();
  }

  /** Recording switched on or off; closing restores what was before. Confined to one thread. */
  public static final class Mode implements AutoCloseable {
    private final boolean before;

    private Mode(boolean enabled) {
      NativeLibraries.load();
      before = GradMode.is_enabled();
      GradMode.set_enabled(enabled);
    }

    @Override
    public void close() {
      GradMode.set_enabled(before);
    }
  }
}

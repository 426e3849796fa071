package org.ebbflow.io;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.tensor.Engine;
import org.ebbflow.tensor.InPlace;
import org.ebbflow.tensor.Ops;
import org.ebbflow.tensor.Scope;

/** Tensors of a running model to and from what a file holds. */
public final class TensorFile {
  private TensorFile() {}

  /**
   * Copies tensors out of native memory, each in its own element type.
   *
   * @throws ModelFileException if one holds a number that is not finite, which no reader would take
   */
  public static Map<String, StoredTensor> store(Path file, Map<String, Tensor> tensors) {
    Map<String, StoredTensor> stored = new LinkedHashMap<>();
    tensors.forEach(
        (name, tensor) -> {
          if (Ops.isFloating(tensor) && !Ops.allFinite(tensor)) {
            throw new ModelFileException(
                file,
                "would hold numbers that are not finite in " + name,
                "train with a smaller learning rate or with clipping");
          }
          long[] shape = tensor.shape();
          if (Ops.isDouble(tensor)) {
            stored.put(name, StoredTensor.of(Engine.doubles(tensor), shape));
          } else if (Ops.isFloating(tensor)) {
            stored.put(name, StoredTensor.of(Engine.floats(tensor), shape));
          } else {
            stored.put(name, StoredTensor.of(Engine.longs(tensor), shape));
          }
        });
    return stored;
  }

  /**
   * Overwrites tensors in place with a file's, which must have the same names and shapes.
   *
   * @throws ModelFileException naming the file and the first difference
   */
  public static void restore(
      Path file, Map<String, StoredTensor> stored, Map<String, Tensor> tensors) {
    for (String name : stored.keySet()) {
      if (!tensors.containsKey(name)) {
        throw foreign(
            file, "holds a tensor '" + name + "' that its configuration does not call for");
      }
    }
    tensors.forEach(
        (name, tensor) -> {
          StoredTensor from = stored.get(name);
          if (from == null) {
            throw foreign(file, "lacks the tensor '" + name + "'");
          }
          if (!Arrays.equals(from.shape(), tensor.shape())) {
            throw foreign(
                file,
                "holds '"
                    + name
                    + "' of shape "
                    + Arrays.toString(from.shape())
                    + " where "
                    + Arrays.toString(tensor.shape())
                    + " is called for");
          }
          ElementType type =
              Ops.isDouble(tensor)
                  ? ElementType.F64
                  : Ops.isFloating(tensor) ? ElementType.F32 : ElementType.I64;
          if (from.type() != type) {
            throw foreign(
                file,
                "holds '" + name + "' as " + from.type() + " where " + type + " is called for");
          }
          try (Scope scope = Scope.open()) {
            Engine engine = Engine.cpu();
            Tensor values =
                switch (type) {
                  case F64 -> engine.exact(from.doubles(), from.shape());
                  case F32 -> engine.tensor(from.floats(), from.shape());
                  default -> engine.indices(from.longs()).reshape(from.shape());
                };
            InPlace.assign(tensor, values);
          }
        });
  }

  private static ModelFileException foreign(Path file, String fault) {
    return new ModelFileException(file, fault, "use the file that was written with this model");
  }
}

/**
 * The engine room: the only package that knows native loading, memory scopes, random generators,
 * bulk copies, thread counts and LAPACK.
 *
 * <p>Everything above works on {@code org.bytedeco.pytorch.Tensor} values through {@link
 * org.ebbflow.tensor.Ops}, and {@link org.ebbflow.tensor.InPlace} where a tensor is written into. A
 * new device or element type starts in {@link org.ebbflow.tensor.Engine}.
 */
@NullMarked
package org.ebbflow.tensor;

import org.jspecify.annotations.NullMarked;

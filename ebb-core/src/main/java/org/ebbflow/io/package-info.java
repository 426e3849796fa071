/**
 * Files: atomic writing and the safetensors format.
 *
 * <p>Holds bytes on disk and their faults, and knows nothing of flows; of the tensor engine only
 * {@link org.ebbflow.io.TensorFile} does, which copies tensors to and from a file. A new file
 * format gets one public type here with {@code read} and {@code write}; what a model means by its
 * tensors belongs to the packages above.
 */
@NullMarked
package org.ebbflow.io;

import org.jspecify.annotations.NullMarked;

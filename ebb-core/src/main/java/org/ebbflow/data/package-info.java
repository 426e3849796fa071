/**
 * Numbers a flow is fitted to: {@link org.ebbflow.data.Dataset}, and the file formats that need
 * nothing but the JDK.
 *
 * <p>No tensors here and no encoders: a dataset is finite numbers in rows and columns. A format
 * that needs a library of its own is read where that library already is, and ends in a {@code
 * Dataset} through {@link org.ebbflow.data.DatasetBuilder}. Rows that are computed rather than read
 * are kept, for a time, by {@link org.ebbflow.data.RowCache}.
 */
@NullMarked
package org.ebbflow.data;

import org.jspecify.annotations.NullMarked;

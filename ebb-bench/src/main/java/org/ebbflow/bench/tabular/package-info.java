/** The customary tables of the density-estimation literature, prepared from raw files. */
@NullMarked
package org.ebbflow.bench.tabular;

import org.jspecify.annotations.NullMarked;

/** The two-dimensional densities of the EBFlow paper, exact generators without any model. */
@NullMarked
package org.ebbflow.bench.toy;

import org.jspecify.annotations.NullMarked;

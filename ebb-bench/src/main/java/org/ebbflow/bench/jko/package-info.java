/** The experiments of Xu, Cheng and Xie, 2023, arXiv:2212.14424 (JKO-iFlow), one class each. */
@NullMarked
package org.ebbflow.bench.jko;

import org.jspecify.annotations.NullMarked;

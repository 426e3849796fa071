/**
 * The experiments of Chao et al., "Training Energy-Based Normalizing Flow with Score-Matching
 * Objectives", 2023, arXiv:2305.15267, one class each.
 */
@NullMarked
package org.ebbflow.bench.ebflow;

import org.jspecify.annotations.NullMarked;

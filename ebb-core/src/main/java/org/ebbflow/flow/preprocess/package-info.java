/**
 * Bijections between the data as stored and the space a flow works in: scaling, shrinking, logit,
 * and the dequantisation that makes bytes continuous. Nothing here is trained.
 */
@NullMarked
package org.ebbflow.flow.preprocess;

import org.jspecify.annotations.NullMarked;
